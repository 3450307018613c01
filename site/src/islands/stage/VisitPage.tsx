/** Finds the session in the address and shows the visit's current scene. */
import type { Head } from "@kulti/protocol";
import { browserClock, parsePlaybackRequest } from "kulti/player";
import type { ComponentType } from "react";
import { loadApi } from "../../visit/config.ts";
import { exposeStage } from "../../visit/console.ts";
import { ownViewerId } from "../../visit/identity.ts";
import { createVisit, parseAddress, type Visit } from "../../visit/visit.ts";
import { StageContext, useStore } from "../hooks/stage-context.ts";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";
import { Failed, Gone, Loading, Missing, NoAddress, Waiting } from "./Scenes.tsx";

/** Shows a session that plays. */
export type StageView = ComponentType<{ newer: Head | null }>;

/** Call this when the page's script starts, so that requests run while React starts. */
export function beginVisit(): Visit | null {
  const address = parseAddress(location.pathname);
  if (!address) return null;
  const visit = createVisit({
    address,
    loadApi,
    viewerId: ownViewerId(),
    clock: browserClock,
    request: parsePlaybackRequest(location),
  });
  exposeStage(visit);
  return visit;
}

/** `visit` is null if the address names no agent. */
export function VisitPage({ visit, Stage }: { visit: Visit | null; Stage: StageView }) {
  return (
    <ErrorBoundary part="this page">
      {visit ? <Visited visit={visit} Stage={Stage} /> : <NoAddress />}
    </ErrorBoundary>
  );
}

function Visited({ visit, Stage }: { visit: Visit; Stage: StageView }) {
  const { agentId, scene, newer, lobby } = useStore(visit.store);
  switch (scene.kind) {
    case "loading":
      return <Loading agentId={agentId} />;
    case "waiting":
      return <Waiting agentId={agentId} lobby={lobby} />;
    case "missing":
      return <Missing agentId={agentId} />;
    case "gone":
      return <Gone agentId={agentId} />;
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
