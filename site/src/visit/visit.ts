/**
 * One visit to `/watch/<agent>[/<session>]` or `/embed/<agent>[/<session>]`: finds the session to show, waits if there
 * is none yet, reports a newer one of the agent.
 */
import { agentIdPattern, type Head, uuidPattern } from "@kulti/protocol";
import type { Clock, Problem } from "kulti/player";
import {
  createPlayer,
  createStore,
  noRequest,
  type PlaybackRequest,
  type Player,
  requestOf,
  type Store,
} from "kulti/player";
import { type KultiApi, KultiApiError, watchLobby } from "kulti/watch";
import { createLiveSource } from "../sources/live-source.ts";
import { createRecordingSource } from "../sources/recording-source.ts";
import { type Chat, createChat } from "./chat.ts";
import { serverNow } from "./server-clock.ts";

export type Scene =
  | { kind: "loading" }
  /** The agent has no visible session; the visit continues when one begins. */
  | { kind: "waiting" }
  | { kind: "playing"; player: Player; chat: Chat }
  | { kind: "missing" }
  /** The session was deleted or made private; the page keeps nothing of it. */
  | { kind: "gone" }
  | { kind: "failed"; problem: Problem };

export interface VisitState {
  readonly agentId: string;
  readonly scene: Scene;
  /** A session of the same agent that began after the one shown. */
  readonly newer: Head | null;
  /** Whether the visit would notice a session that begins. */
  readonly lobby: "connecting" | "live" | "reconnecting";
}

/** The delay before the next request to a server that did not answer. */
const retryMs = 5_000;
/** With a session to show, the visit joins the lobby after the first picture: joining first would delay it by 70 ms. */
const lobbyAfterMs = 1_000;
/** How often the visit asks whether a recording may still be shown, in case the lobby's notice of a change was lost. */
const checkMs = 5_000;

export interface Address {
  agentId: string;
  sessionId: string | null;
}

export interface Visit {
  readonly store: Store<VisitState>;
  /** Tries again after a failure. */
  retry(): void;
  stop(): void;
}

export interface VisitOptions {
  address: Address;
  loadApi(): Promise<KultiApi>;
  viewerId: string;
  clock: Clock;
  /** The moment to start at, and playback options. */
  request?: PlaybackRequest;
}

/** Null if the path is not a stage's address. */
export function parseAddress(pathname: string): Address | null {
  const [page, agentId = "", sessionId = null, ...more] = pathname.split("/").filter(Boolean);
  if ((page !== "watch" && page !== "embed") || more.length > 0) return null;
  return agentIdPattern.test(agentId) ? { agentId, sessionId } : null;
}

export function createVisit(options: VisitOptions): Visit {
  const { address, loadApi, viewerId, clock, request = noRequest } = options;
  const { agentId } = address;
  const store = createStore<VisitState>({
    agentId,
    scene: { kind: "loading" },
    newer: null,
    lobby: "connecting",
  });
  let api: KultiApi | undefined;
  let stopLobby: () => void = () => {};
  let shown: Head | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let lobbyTimer: ReturnType<typeof setTimeout> | undefined;
  let checkTimer: ReturnType<typeof setInterval> | undefined;
  let isStopped = false;

  const show = (scene: Scene) => store.set({ ...store.get(), scene });

  const open = async () => {
    try {
      api ??= await loadApi();
      const head = await findHead(api, address);
      if (isStopped) return;
      if (!head) {
        show({ kind: "waiting" });
        listenToLobby(api);
        return;
      }
      play(api, head, request);
      lobbyTimer = setTimeout(listenToLobby, lobbyAfterMs, api);
    } catch (error) {
      if (isStopped) return;
      const scene = sceneOf(error);
      show(scene);
      if (scene.kind === "failed") retryTimer = setTimeout(open, retryMs);
    }
  };

  const play = (server: KultiApi, head: Head, request: PlaybackRequest) => {
    shown = head;
    const { session_id: sessionId } = head;
    // A session that has ended does not change; the others are watched live.
    const source = head.ended_at
      ? createRecordingSource({ api: server, head, clock })
      : createLiveSource({ api: server, sessionId, viewerId, topic: head.topic });
    if (head.ended_at) checkTimer = setInterval(check, checkMs);
    const read = (afterSeq: number) => server.sessionEvents(sessionId, afterSeq);
    const player = createPlayer({
      sessionId,
      source,
      clock,
      serverNow,
      head,
      read,
      request,
      onGone,
      onRewritten,
    });
    const chat = createChat({ api: server, sessionId, viewerId });
    show({ kind: "playing", player, chat });
  };

  const onGone = () => {
    const { scene } = store.get();
    if (isStopped || scene.kind !== "playing") return;
    clearInterval(checkTimer);
    scene.player.stop();
    // A visit to the agent continues with its next session.
    if (address.sessionId === null) shown = undefined;
    store.set({ ...store.get(), scene: { kind: "gone" }, newer: null });
  };

  /** Discards the events read so far and reads the session as it is now; the viewer stays at the same place. */
  const onRewritten = (head: Head) => {
    const { scene } = store.get();
    if (isStopped || !api || scene.kind !== "playing") return;
    clearInterval(checkTimer);
    scene.player.stop();
    play(api, head, requestOf(scene.player.store.get().control));
  };

  const check = async () => {
    if (!api || !shown || store.get().scene.kind !== "playing") return;
    const { session_id: sessionId, rewritten_at: rewrittenAt } = shown;
    try {
      const head = await api.sessionHead(sessionId);
      if (head.rewritten_at !== rewrittenAt && shown.session_id === sessionId) onRewritten(head);
    } catch (error) {
      if (sceneOf(error).kind === "missing") onGone();
    }
  };

  const listenToLobby = (server: KultiApi) => {
    stopLobby();
    const refresh = () => findHead(server, { agentId, sessionId: null }).then(onHead, () => {});
    const watch = watchLobby({
      api: server,
      handlers: {
        head: onHead,
        changed(changedId) {
          if (changedId !== agentId) return;
          store.set({ ...store.get(), newer: null });
          void check();
        },
        connection: (lobby) => store.set({ ...store.get(), lobby }),
        refresh() {
          void refresh();
          if (shown?.ended_at) void check();
        },
      },
    });
    stopLobby = () => watch.stop();
  };

  const onHead = (head: Head | undefined) => {
    if (!head || head.agent_id !== agentId || isStopped || !api) return;
    if (!shown) return play(api, head, request);
    const isNewer = Date.parse(head.started_at) > Date.parse(shown.started_at);
    if (isNewer && head.session_id !== shown.session_id) store.set({ ...store.get(), newer: head });
  };

  void open();
  return {
    store,
    retry() {
      clearTimeout(retryTimer);
      show({ kind: "loading" });
      void open();
    },
    stop() {
      isStopped = true;
      clearTimeout(retryTimer);
      clearTimeout(lobbyTimer);
      clearInterval(checkTimer);
      stopLobby();
      const { scene } = store.get();
      if (scene.kind === "playing") scene.player.stop();
    },
  };
}

/** The session in the address; without one, the agent's newest, a live one first. */
async function findHead(api: KultiApi, address: Address): Promise<Head | undefined> {
  const { agentId, sessionId } = address;
  if (sessionId !== null) {
    // The server accepts only UUIDs, and no session may appear under another agent's name.
    const head = uuidPattern.test(sessionId) ? await api.sessionHead(sessionId) : null;
    if (head?.agent_id === agentId) return head;
    throw new KultiApiError(404, "session_not_found", `${agentId} has no session ${sessionId}.`);
  }
  const [[live], [latest]] = await Promise.all([
    api.findSessions({ agent_id: agentId, live: true, max_rows: 1 }),
    api.findSessions({ agent_id: agentId, max_rows: 1 }),
  ]);
  return live ?? latest;
}

function sceneOf(error: unknown): Scene {
  const code = error instanceof KultiApiError ? error.code : "unreachable";
  if (code === "session_not_found") return { kind: "missing" };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", problem: { code, message } };
}
