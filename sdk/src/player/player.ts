/**
 * Plays one session, live or recorded: takes what its source brings into the history, and keeps the one state that
 * views read, the picture of the place that the viewer wants to see. Events and commands are gathered until the next
 * frame, so that a hundred of them still make one picture; `settle` is the one place where they take effect, in order.
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
  /** The stage at the live edge: everything that has come. */
  readonly edge: Stage;
  readonly control: Control;
  /** The place that is shown. */
  readonly position: Place;
  /** The place that is wanted must be read first. */
  readonly isSeeking: boolean;
  readonly chapters: Chapters;
  readonly head: Head | null;
  readonly messages: List<Message>;
  /** `seq` of the last message that was there before the viewer came. */
  readonly messagesFrom: number;
  /** How many of them had been sent by the moment shown. */
  readonly messagesShown: number;
  readonly connection: Connection;
  readonly problem: Problem | null;
  /** The thought that the viewer asked to be shown; a new object each time. */
  readonly pointed: { readonly seq: number } | null;
}

export interface Player {
  readonly sessionId: string;
  /** One new state for each frame in which something changed. */
  readonly store: Store<PlayerState>;
  /** Grows as events come; the same object all the time. */
  readonly timeline: Timeline;
  /** Takes effect with the next frame, in the order of the calls. */
  send(command: Command): void;
  /** What commands are judged by. */
  facts(): SessionFacts;
  /** Show this file, or the terminal, until `follow`. */
  choose(target: WorkTarget): void;
  /** Keep showing what is shown. */
  stay(shown: WorkTarget): void;
  /** Show again what the agent works on. */
  follow(): void;
  pointAt(thoughtSeq: number): void;
  /** The stage at the place shown, with all that waits for the next frame. */
  stage(): Stage;
  /** Stops the source; the state stays as it is. */
  stop(): void;
}

export interface PlayerOptions {
  sessionId: string;
  source: Source;
  clock: Clock;
  /** Milliseconds since 1970 by the clock that stamps heads. Default: this machine's. */
  serverNow?: () => number;
  /** As far as it is known: until the source brings a head, this one tells whether the session is over. */
  head?: Head;
  /** Reads events again that were dropped from memory. */
  read?: (afterSeq: number) => Promise<readonly StoredEvent[]>;
  /** Where to begin and how to play. Default: at the live edge, or of what is over at its end. */
  request?: PlaybackRequest;
  /** The session was deleted or made private. */
  onGone?: () => void;
  /** An operator changed or deleted something of the session: drop this player, and read the session anew. */
  onRewritten?: (head: Head) => void;
}

/** Faster than this nobody reads along, and typing would only be noise. */
const fastestTyped = 2;

/**
 * Between two pictures while a session is read. Each shows much that is new: with one for every page, drawing took
 * four fifths of the time until 100,000 events were there.
 */
const readingMs = 500;

const readNothing = () => Promise.reject(new Error("Cannot retry: there is no server."));

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
  /** Where the address says to begin, until that has been read. */
  let wanted = request.ms === null && request.seq === null && !request.autoplay ? null : request;
  let recalledSeq: number | null = null;
  let movedAt = clock.now();
  /** When the last picture was drawn of a session that is still being read. */
  let readAt = Number.NEGATIVE_INFINITY;
  let isFrameAsked = false;
  let isStopped = false;

  /** By the clock that messages are stamped with. */
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
    settle(passedMs);
    const { typing } = store.get();
    if (isTyping(typing)) change({ typing: tick(typing, now) });
    const { control, isSeeking } = store.get();
    if (isTyping(store.get().typing) || (control.playing && !isSeeking)) askFrame();
  };

  /** Takes in what has come, does what was asked, and shows the place that is then wanted. */
  const settle = (passedMs = 0) => {
    const state = store.get();
    const wasAtEdge = state.stage === history.edge.stage && state.control.place === null;
    const hasEvents = waiting.length > 0;
    const passed = history.append(waiting);
    waiting = [];

    let control = applyRequest(state.control);
    const asked = commands;
    commands = [];
    // A place that could not be read is another matter once something else is asked for.
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

  /** At the live edge: what has come is added to the picture. */
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
    const goesOn = isGoingOn && isRead && !state.isSeeking && passes >= 0 && passes < mostPassed;
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

  /** One at a time; when it is there, the place that is wanted by then is shown. */
  const recall = (seq: number, control: Control) => {
    change({ control, isSeeking: true });
    if (recalledSeq !== null) return;
    recalledSeq = seq;
    history
      .recall(seq)
      .then((snapshot) => {
        if (isStopped) return;
        const { control } = store.get();
        if (control.place?.seq === seq) show(jump(store.get(), snapshot, timeline), control);
      })
      .catch((error: Error) => {
        // Stays where it was.
        const { control, position } = store.get();
        const place = { ...control, place: position, playing: false };
        change({
          control: place,
          isSeeking: false,
          problem: { code: "unreadable", message: error.message },
        });
      })
      .finally(() => {
        recalledSeq = null;
        askFrame();
      });
  };

  /** A place whose time was not known when it was asked for. */
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
      change({ head: latest });
    },
    connection(state) {
      if (state === store.get().connection) return;
      // What was announced before the word changed was not seen as it happened.
      settle();
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
      settle();
      return store.get().stage;
    },
    stop() {
      isStopped = true;
      source.stop();
    },
  };
}

/** More than this between two pictures is a jump, even where the clock made it. */
const mostPassed = 400;

const beginControl = ({ speed, skipsIdle }: PlaybackRequest): Control => {
  const control = skipsIdle === null ? atTheEdge : { ...atTheEdge, skipsIdle };
  return speed === null ? control : { ...control, speed: Math.min(16, Math.max(0.5, speed)) };
};
