/**
 * Plays one session, live or recorded: connects the source of its events, the playback that makes pictures of them, and
 * the viewer's commands. The views read one state.
 */
import { type Head, List, type Stage, type StoredEvent } from "@kulti/protocol";
import { noChapters } from "./chapters.ts";
import type { Clock } from "./clock.ts";
import { atTheEdge, type Command, type Control, type SessionFacts } from "./control.ts";
import { type Follow, followAgain, viewerChose, viewerStayed, type WorkTarget } from "./follow.ts";
import { emptyPicture } from "./picture.ts";
import { Playback } from "./playback.ts";
import { noRequest, type PlaybackRequest } from "./playback-request.ts";
import type { PlayerState } from "./player-state.ts";
import type { Source, SourceHandlers } from "./source.ts";
import { createStore, type Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";

export interface Player {
  readonly sessionId: string;
  /** Gets one new state for each frame with a change. */
  readonly store: Store<PlayerState>;
  /** Always the same object. It grows with the events. */
  readonly timeline: Timeline;
  /** Commands take effect with the next frame, in the order of the calls. */
  send(command: Command): void;
  /** The facts that commands depend on. */
  facts(): SessionFacts;
  /** Shows this file or the terminal until `follow`. */
  choose(target: WorkTarget): void;
  /** Keeps showing `shown` until `follow`. */
  stay(shown: WorkTarget): void;
  /** Shows the agent's latest work again. */
  follow(): void;
  pointAt(thoughtSeq: number): void;
  /** The stage at the place shown, after everything that waits for the next frame. */
  stage(): Stage;
  /** Stops the source and leaves the state unchanged. */
  stop(): void;
}

export interface PlayerOptions {
  sessionId: string;
  source: Source;
  clock: Clock;
  /** The server's time in milliseconds since 1970. Default: this machine's clock. */
  serverNow?: () => number;
  /** The head, if known. The player uses it until the source delivers one, to know whether the session is over. */
  head?: Head;
  /** Reads events again that the player dropped from memory. */
  read?: (afterSeq: number) => Promise<readonly StoredEvent[]>;
  /** The place to start from and how to play. Default: the live edge, which is the end of an ended session. */
  request?: PlaybackRequest;
  /** Called when the session is deleted or made private. */
  onGone?: () => void;
  /** An operator changed or deleted something of the session: drop this player, and read the session anew. */
  onRewritten?: (head: Head) => void;
}

const readNothing = () =>
  Promise.reject(new Error("Cannot read earlier events: there is no server."));

export function createPlayer(options: PlayerOptions): Player {
  const { sessionId, source, head, request = noRequest } = options;
  const store = createStore<PlayerState>(firstState(head ?? null, request));
  const { read = readNothing, serverNow = Date.now, clock } = options;
  const playback = new Playback({ store, clock, read, serverNow, request });
  source.start(handlersOf(options, store, playback));

  const changeFollow = (turn: (follow: Follow) => Follow) =>
    store.set({ ...store.get(), follow: turn(store.get().follow) });

  return {
    sessionId,
    store,
    timeline: playback.timeline,
    facts: () => playback.facts(),
    send: (command) => playback.send(command),
    choose: (target) => changeFollow((follow) => viewerChose(follow, target)),
    stay(shown) {
      if (store.get().follow.following) changeFollow((follow) => viewerStayed(follow, shown));
    },
    follow: () => changeFollow(followAgain),
    pointAt: (seq) => store.set({ ...store.get(), pointed: { seq } }),
    stage() {
      playback.applyRequests();
      return store.get().stage;
    },
    stop() {
      playback.stop();
      source.stop();
    },
  };
}

const firstState = (head: Head | null, request: PlaybackRequest): PlayerState => ({
  ...emptyPicture,
  edge: emptyPicture.stage,
  control: beginControl(request),
  position: { ms: 0, seq: 0 },
  isSeeking: false,
  chapters: noChapters,
  head,
  messages: List.empty,
  messagesFrom: head?.messages_to ?? 0,
  messagesShown: 0,
  connection: "connecting",
  problem: null,
  pointed: null,
});

const beginControl = ({ speed, skipsIdle }: PlaybackRequest): Control => {
  const control = skipsIdle === null ? atTheEdge : { ...atTheEdge, skipsIdle };
  return speed === null ? control : { ...control, speed: Math.min(16, Math.max(0.5, speed)) };
};

/** What the source's news change. */
function handlersOf(
  { head, onGone = () => {}, onRewritten = () => {} }: PlayerOptions,
  store: Store<PlayerState>,
  playback: Playback,
): SourceHandlers {
  const change = (changed: Partial<PlayerState>) => store.set({ ...store.get(), ...changed });
  return {
    events(batch) {
      if (store.get().problem) change({ problem: null });
      playback.add(batch);
    },
    messages(batch) {
      let { messages, messagesShown, control } = store.get();
      for (const message of batch) {
        messages = messages.push(message);
        playback.messageTimes.add(message);
      }
      if (control.place === null) messagesShown = messages.length;
      change({ messages, messagesShown });
    },
    head(latest) {
      if (head && latest.rewritten_at !== head.rewritten_at) return onRewritten(latest);
      const { head: known, problem } = store.get();
      // A touch's reply may come after a newer broadcast.
      if (known && latest.to_seq < known.to_seq) return;
      change({ head: latest });
      // The server answers again, also where a quiet session sends no event.
      if (problem && problem.code !== "unreadable") change({ problem: null });
    },
    connection(state) {
      if (state === store.get().connection) return;
      // Events from before the new status happened unseen, so they appear without typing.
      playback.applyRequests();
      change({ connection: state });
    },
    problem({ code, message }) {
      if (code === "session_not_found") return onGone();
      change({ problem: { code, message } });
    },
  };
}
