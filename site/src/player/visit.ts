/**
 * One visit to `/watch/<agent>[/<session>]`, or to the same below `/embed/`: finds the session to show, waits where there is none yet, tells when the
 * agent has begun a newer one.
 */
import { agent_id_pattern, type Head, uuid_pattern } from "@kulti/protocol";
import { type KultiApi, KultiApiError, watchLobby } from "kulti/watch";
import { no_wish, type Wish } from "./address.ts";
import { type Chat, create_chat } from "./chat.ts";
import type { Clock } from "./clock.ts";
import { create_live_source } from "./live-source.ts";
import { create_player, type Player } from "./player.ts";
import { create_recording_source } from "./recording-source.ts";
import type { Problem } from "./source.ts";
import { create_store, type Store } from "./store.ts";

export type Scene =
  | { kind: "loading" }
  /** The agent has no session that may be seen; the visit goes on by itself when one begins. */
  | { kind: "waiting" }
  | { kind: "playing"; player: Player; chat: Chat }
  | { kind: "missing" }
  /** What was shown was deleted or made private, and nothing of it is kept. */
  | { kind: "gone" }
  | { kind: "failed"; problem: Problem };

export interface VisitState {
  readonly agent_id: string;
  readonly scene: Scene;
  /** A session of the same agent that began after the one shown. */
  readonly newer: Head | null;
  /** Whether a session that begins would be noticed. */
  readonly lobby: "connecting" | "live" | "reconnecting";
}

/** How long until a server that did not answer is asked again. */
const retry_ms = 5_000;
/** Where there is a session to show, its first picture comes before the news of others: joining costs it 70 ms. */
const lobby_after_ms = 1_000;
/** How often it is asked whether a recording may still be shown. Who watches live is told, or asks as often. */
const check_ms = 15_000;

export interface Address {
  agent_id: string;
  session_id: string | null;
}

export interface Visit {
  readonly store: Store<VisitState>;
  /** Asks again after a failure. */
  retry(): void;
  stop(): void;
}

export interface VisitOptions {
  address: Address;
  load_api(): Promise<KultiApi>;
  viewer_id: string;
  clock: Clock;
  /** The moment to begin at, and how to play. */
  wish?: Wish;
}

/** Null where the path is no address of a stage. */
export function parse_address(pathname: string): Address | null {
  const [page, agent_id = "", session_id = null, ...more] = pathname.split("/").filter(Boolean);
  if ((page !== "watch" && page !== "embed") || more.length > 0) return null;
  return agent_id_pattern.test(agent_id) ? { agent_id, session_id } : null;
}

export function create_visit(options: VisitOptions): Visit {
  const { address, load_api, viewer_id, clock, wish = no_wish } = options;
  const { agent_id } = address;
  const store = create_store<VisitState>({
    agent_id,
    scene: { kind: "loading" },
    newer: null,
    lobby: "connecting",
  });
  let api: KultiApi | undefined;
  let stop_lobby: () => void = () => {};
  let shown: Head | undefined;
  let retry_timer: ReturnType<typeof setTimeout> | undefined;
  let lobby_timer: ReturnType<typeof setTimeout> | undefined;
  let check_timer: ReturnType<typeof setInterval> | undefined;
  let is_stopped = false;

  const show = (scene: Scene) => store.set({ ...store.get(), scene });

  const open = async () => {
    try {
      api ??= await load_api();
      const head = await find_head(api, address);
      if (is_stopped) return;
      if (!head) {
        show({ kind: "waiting" });
        watch_lobby(api);
        return;
      }
      play(api, head);
      lobby_timer = setTimeout(watch_lobby, lobby_after_ms, api);
    } catch (error) {
      if (is_stopped) return;
      const scene = scene_of(error);
      show(scene);
      if (scene.kind === "failed") retry_timer = setTimeout(open, retry_ms);
    }
  };

  const play = (server: KultiApi, head: Head) => {
    shown = head;
    const { session_id } = head;
    // What has ended changes no more; everything else is watched.
    const source = head.ended_at
      ? create_recording_source({ api: server, head, clock })
      : create_live_source({ api: server, session_id, viewer_id, topic: head.topic });
    if (head.ended_at) check_timer = setInterval(check, check_ms);
    const read = (after_seq: number) => server.session_events(session_id, after_seq);
    const player = create_player({ session_id, source, clock, head, read, wish, gone });
    const chat = create_chat({ api: server, session_id, viewer_id });
    show({ kind: "playing", player, chat });
  };

  const gone = () => {
    const { scene } = store.get();
    if (is_stopped || scene.kind !== "playing") return;
    clearInterval(check_timer);
    scene.player.stop();
    // A visit to the agent goes on with its next session.
    if (address.session_id === null) shown = undefined;
    store.set({ ...store.get(), scene: { kind: "gone" }, newer: null });
  };

  const check = async () => {
    if (!api || !shown || store.get().scene.kind !== "playing") return;
    await api.session_head(shown.session_id).catch((error) => {
      if (scene_of(error).kind === "missing") gone();
    });
  };

  const watch_lobby = (server: KultiApi) => {
    stop_lobby();
    const refresh = () => find_head(server, { agent_id, session_id: null }).then(take, () => {});
    const watch = watchLobby({
      api: server,
      handlers: {
        head: take,
        changed(changed_id) {
          if (changed_id !== agent_id) return;
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
    stop_lobby = () => watch.stop();
  };

  const take = (head: Head | undefined) => {
    if (!head || head.agent_id !== agent_id || is_stopped || !api) return;
    if (!shown) return play(api, head);
    const is_newer = Date.parse(head.started_at) > Date.parse(shown.started_at);
    if (is_newer && head.session_id !== shown.session_id)
      store.set({ ...store.get(), newer: head });
  };

  void open();
  return {
    store,
    retry() {
      clearTimeout(retry_timer);
      show({ kind: "loading" });
      void open();
    },
    stop() {
      is_stopped = true;
      clearTimeout(retry_timer);
      clearTimeout(lobby_timer);
      clearInterval(check_timer);
      stop_lobby();
      const { scene } = store.get();
      if (scene.kind === "playing") scene.player.stop();
    },
  };
}

/** The session that the address names; for an agent alone, the one that began last, a live one first. */
async function find_head(api: KultiApi, address: Address): Promise<Head | undefined> {
  const { agent_id, session_id } = address;
  if (session_id !== null) {
    // What is no id can't be asked for; and nobody's session is shown under another agent's name.
    const head = uuid_pattern.test(session_id) ? await api.session_head(session_id) : null;
    if (head?.agent_id === agent_id) return head;
    throw new KultiApiError(404, "session_not_found", `${agent_id} has no session ${session_id}.`);
  }
  const [[live], [latest]] = await Promise.all([
    api.find_sessions({ agent_id, live: true, max_rows: 1 }),
    api.find_sessions({ agent_id, max_rows: 1 }),
  ]);
  return live ?? latest;
}

function scene_of(error: unknown): Scene {
  const code = error instanceof KultiApiError ? error.code : "unreachable";
  if (code === "session_not_found") return { kind: "missing" };
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "failed", problem: { code, message } };
}
