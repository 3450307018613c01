/**
 * Plays one session, live or recorded. Adds the source's events to the history and keeps one state for the views: the
 * picture of the place that the viewer wants to see. Collects events and commands until the next frame, so that a
 * hundred of them make one picture. Only `applyRequests` applies them, in order.
 */
import { type Head, List, type Message, type Stage, type StoredEvent } from "@kulti/protocol";
import { type Chapters, noChapters } from "./chapters.ts";
import type { Clock } from "./clock.ts";
import { isOver } from "./connection-status.ts";
import {
  advance,
  applyCommand,
  atTheEdge,
  type Command,
  type Control,
  type Place,
  placeOf,
  rateOf,
  type SessionFacts,
} from "./control.ts";
import { type Follow, followAgain, viewerChose, viewerStayed, type WorkTarget } from "./follow.ts";
import { createHistory } from "./history.ts";
import { createMessageTimes, type MessageTimes } from "./message-times.ts";
import type { Passed } from "./passed.ts";
import { advancePicture, emptyPicture, jump, type Picture } from "./picture.ts";
import { noRequest, type PlaybackRequest } from "./playback-request.ts";
import { beganAt } from "./running-time.ts";
import type { Connection, Problem, Source } from "./source.ts";
import { createStore, type Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import { isTyping, tick } from "./typing.ts";

export interface PlayerState extends Picture {
  /** The stage at the live edge, after all received events. */
  readonly edge: Stage;
  readonly control: Control;
  /** The place in the picture. */
  readonly position: Place;
  /** True while the player reads the events of the wanted place. */
  readonly isSeeking: boolean;
  readonly chapters: Chapters;
  readonly head: Head | null;
  readonly messages: List<Message>;
  /** `seq` of the last message from before the viewer came. */
  readonly messagesFrom: number;
  /** The number of messages sent by the moment shown. */
  readonly messagesShown: number;
  readonly connection: Connection;
  readonly problem: Problem | null;
  /** The thought that the viewer asked for last. A new object each time. */
  readonly pointed: { readonly seq: number } | null;
}

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

/** Above this speed nobody can read along, so text appears without typing. */
const fastestTyped = 2;

/**
 * The time between two pictures while the player reads a session. Each picture draws much new content: with one for
 * every page of events, drawing took four fifths of the time to load 100,000 events.
 */
const readingMs = 500;

const readNothing = () =>
  Promise.reject(new Error("Cannot read earlier events: there is no server."));

export function createPlayer(options: PlayerOptions): Player {
  const { sessionId, source, clock, head, read = readNothing, request = noRequest } = options;
  const { onGone = () => {}, onRewritten = () => {}, serverNow = Date.now } = options;
  const history = createHistory({ read });
  const { timeline } = history;
  const messageTimes: MessageTimes = createMessageTimes();
  const store = createStore<PlayerState>({
    ...emptyPicture,
    edge: emptyPicture.stage,
    control: beginControl(request),
    position: { ms: 0, seq: 0 },
    isSeeking: false,
    chapters: noChapters,
    head: head ?? null,
    messages: List.empty,
    messagesFrom: head?.messages_to ?? 0,
    messagesShown: 0,
    connection: "connecting",
    problem: null,
    pointed: null,
  });
  const change = (changed: Partial<PlayerState>) => store.set({ ...store.get(), ...changed });
  const changeFollow = (turn: (follow: Follow) => Follow) =>
    change({ follow: turn(store.get().follow) });

  let waiting: StoredEvent[] = [];
  let commands: Command[] = [];
  /** The requested start, until the player has read that far. */
  let wanted = request.ms === null && request.seq === null && !request.autoplay ? null : request;
  let recalledSeq: number | null = null;
  let movedAt = clock.now();
  /** The time of the last picture while the player reads the session. */
  let readAt = Number.NEGATIVE_INFINITY;
  let isFrameAsked = false;
  let isStopped = false;

  /** The start by the clock that stamps messages. */
  const began = () =>
    beganAt({ stage: history.edge.stage, head: store.get().head }) ?? timeline.beganAt;

  const readFacts = (): SessionFacts => {
    const { edge, head } = store.get();
    const stage = edge.seq < history.edge.stage.seq ? history.edge.stage : edge;
    return {
      timeline,
      chapters: history.chapters,
      isOver: isOver({ stage, head }, serverNow()),
      to_seq: Math.max(head?.to_seq ?? 0, timeline.length),
    };
  };

  const askFrame = () => {
    if (isFrameAsked || isStopped) return;
    isFrameAsked = true;
    clock.frame(() => {
      isFrameAsked = false;
      if (!isStopped) nextPicture();
    });
  };

  const nextPicture = () => {
    const now = clock.now();
    if (store.get().connection === "catching_up") {
      if (now - readAt < readingMs && commands.length === 0) return askFrame();
      readAt = now;
    }
    const passedMs = now - movedAt;
    movedAt = now;
    applyRequests(passedMs);
    const { typing } = store.get();
    if (isTyping(typing)) change({ typing: tick(typing, now) });
    const { control, isSeeking } = store.get();
    if (isTyping(store.get().typing) || (control.playing && !isSeeking)) askFrame();
  };

  /** Adds the waiting events, applies the waiting commands, and shows the resulting place. */
  const applyRequests = (passedMs = 0) => {
    const state = store.get();
    const wasAtEdge = state.stage === history.edge.stage && state.control.place === null;
    const hasEvents = waiting.length > 0;
    const passed = history.append(waiting);
    waiting = [];

    let control = applyRequest(state.control);
    const asked = commands;
    commands = [];
    // A new command replaces the place that could not be read, so that problem is gone.
    if (asked.length > 0 && state.problem?.code === "unreadable") change({ problem: null });
    for (const command of asked) control = applyCommand(control, command, readFacts());
    if (asked.length > 0) wanted = null;
    const moved =
      state.isSeeking || passedMs === 0 ? control : advance(control, passedMs, readFacts());
    const isAsked = asked.length > 0 || control !== state.control;
    if (!hasEvents && !isAsked && moved === state.control && !state.isSeeking) return;
    if (wasAtEdge && moved.place === null) showArrived(moved, passed);
    else showPlace(moved, !isAsked);
  };

  const applyRequest = (control: Control): Control => {
    if (!wanted || timeline.length === 0) return control;
    const { ms, seq, autoplay } = wanted;
    const facts = readFacts();
    const isWhole = timeline.length >= facts.to_seq;
    if (ms !== null && seq === null && timeline.endMs < ms && !isWhole) return control;
    wanted = null;
    const command: Command =
      seq !== null ? { kind: "seek_seq", seq } : { kind: "seek", ms: ms ?? 0 };
    const placed = applyCommand(control, command, facts);
    const plays = autoplay || (seq === null && !facts.isOver);
    return { ...placed, playing: placed.place !== null && plays };
  };

  /** Adds new events to the picture at the live edge. */
  const showArrived = (control: Control, passed: Passed) => {
    const state = store.get();
    const isLive = state.connection === "live";
    const picture = advancePicture(
      state,
      history.edge,
      passed,
      isLive && clock.isWatched() ? clock.now() : null,
    );
    const seenFrom = isLive ? state.seenFrom : history.edge.stage.seq;
    show({ ...picture, seenFrom }, control);
  };

  const showPlace = (wantedControl: Control, isGoingOn: boolean) => {
    const control = exact(wantedControl);
    const state = store.get();
    const seq = control.place?.seq ?? timeline.length;
    const isRead = seq <= timeline.length;
    const passes = seq - state.stage.seq;
    const goesOn = isGoingOn && isRead && !state.isSeeking && passes >= 0 && passes < maxPassed;
    const way = goesOn ? history.passTo(seq, state) : null;
    const snapshot = way ? way.snapshot : history.snapshotAt(seq, state);
    if (!snapshot) return recall(seq, control);
    if (snapshot.stage === state.stage) return show(state, control, !isRead);
    const isTyped = rateOf(control) <= fastestTyped && clock.isWatched();
    const picture = way
      ? advancePicture(state, snapshot, way.passed, isTyped ? clock.now() : null)
      : jump(state, snapshot, timeline);
    show(picture, control, !isRead);
  };

  const show = (picture: Picture, control: Control, isSeeking = false) => {
    const { stage, rows, typing, follow, seenFrom } = picture;
    const position = isSeeking
      ? { ms: timeline.endMs, seq: stage.seq }
      : placeOf(control, timeline);
    const { messages } = store.get();
    const messagesShown =
      control.place === null ? messages.length : messageTimes.until(began() + position.ms);
    change({
      ...{ stage, rows, typing, follow, seenFrom, control, position, isSeeking, messagesShown },
      edge: history.edge.stage,
      chapters: history.chapters,
    });
  };

  /** Reads one place at a time. Afterwards shows the place that is wanted then. */
  const recall = (seq: number, control: Control) => {
    change({ control, isSeeking: true });
    if (recalledSeq !== null) return;
    recalledSeq = seq;
    history
      .recall(seq)
      .then((snapshot) => {
        if (isStopped) return;
        // Reading took time in which nothing was played.
        movedAt = clock.now();
        const { control } = store.get();
        if (control.place?.seq === seq) show(jump(store.get(), snapshot, timeline), control);
      })
      .catch((error: Error) => {
        if (isStopped) return;
        const { control, position, stage } = store.get();
        // By now the viewer wants another place, which the next frame shows.
        if (control.place?.seq !== seq) return;
        // The picture stays at its place: at the live edge if it was there.
        const wasAtEdge = stage.seq >= timeline.length;
        change({
          control: { ...control, place: wasAtEdge ? null : position, playing: false },
          isSeeking: false,
          problem: { code: "unreadable", message: error.message },
        });
      })
      .finally(() => {
        recalledSeq = null;
        askFrame();
      });
  };

  /** Fills in the time of a place whose time was unknown when the viewer asked for it. */
  const exact = (control: Control): Control => {
    const { place } = control;
    const ms = place === null ? 0 : timeline.msOf(place.seq);
    return place === null || place.ms >= ms ? control : { ...control, place: { ...place, ms } };
  };

  source.start({
    events(batch) {
      waiting.push(...batch);
      if (store.get().problem) change({ problem: null });
      askFrame();
    },
    messages(batch) {
      let { messages, messagesShown, control } = store.get();
      for (const message of batch) {
        messages = messages.push(message);
        messageTimes.add(message);
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
      applyRequests();
      change({ connection: state });
    },
    problem({ code, message }) {
      if (code === "session_not_found") return onGone();
      change({ problem: { code, message } });
    },
  });

  return {
    sessionId,
    store,
    timeline,
    facts: readFacts,
    send(command) {
      commands.push(command);
      if (!store.get().control.playing) movedAt = clock.now();
      askFrame();
    },
    choose: (target) => changeFollow((follow) => viewerChose(follow, target)),
    stay(shown) {
      if (store.get().follow.following) changeFollow((follow) => viewerStayed(follow, shown));
    },
    follow: () => changeFollow(followAgain),
    pointAt: (seq) => change({ pointed: { seq } }),
    stage() {
      applyRequests();
      return store.get().stage;
    },
    stop() {
      isStopped = true;
      source.stop();
    },
  };
}

/** A larger step between two pictures is a jump, even if the clock caused it. */
const maxPassed = 400;

const beginControl = ({ speed, skipsIdle }: PlaybackRequest): Control => {
  const control = skipsIdle === null ? atTheEdge : { ...atTheEdge, skipsIdle };
  return speed === null ? control : { ...control, speed: Math.min(16, Math.max(0.5, speed)) };
};
