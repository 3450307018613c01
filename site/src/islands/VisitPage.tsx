/** Finds the session that the address names and shows the scene that the visit is in. */
import type { Head } from "@kulti/protocol";
import type { ComponentType } from "react";
import { parse_wish } from "../player/address.ts";
import { browser_clock } from "../player/clock.ts";
import { load_api } from "../player/config.ts";
import { expose_stage } from "../player/console.ts";
import { own_viewer_id } from "../player/identity.ts";
import { create_visit, parse_address, type Visit } from "../player/visit.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { Failed, Gone, Loading, Missing, NoAddress, Waiting } from "./Scenes.tsx";
import { StageContext, useStore } from "./stage-context.ts";

/** What shows a session that plays. */
export type StageView = ComponentType<{ newer: Head | null }>;

/** To be called as the page's script runs: what is asked for then comes while React gets ready. */
export function begin_visit(): Visit | null {
  const address = parse_address(location.pathname);
  if (!address) return null;
  const visit = create_visit({
    address,
    load_api,
    viewer_id: own_viewer_id(),
    clock: browser_clock,
    wish: parse_wish(location),
  });
  expose_stage(visit);
  return visit;
}

/** `visit` is null where the address names no agent. */
export function VisitPage({ visit, Stage }: { visit: Visit | null; Stage: StageView }) {
  return (
    <ErrorBoundary part="this page">
      {visit ? <Visited visit={visit} Stage={Stage} /> : <NoAddress />}
    </ErrorBoundary>
  );
}

function Visited({ visit, Stage }: { visit: Visit; Stage: StageView }) {
  const { agent_id, scene, newer, lobby } = useStore(visit.store);
  switch (scene.kind) {
    case "loading":
      return <Loading agent_id={agent_id} />;
    case "waiting":
      return <Waiting agent_id={agent_id} lobby={lobby} />;
    case "missing":
      return <Missing agent_id={agent_id} />;
    case "gone":
      return <Gone agent_id={agent_id} />;
    case "failed":
      return <Failed problem={scene.problem} retry={visit.retry} />;
    case "playing":
      return (
        <StageContext value={scene}>
          <Stage newer={newer} />
        </StageContext>
      );
  }
}
