/**
 * Makes the pictures of a session: adds events to the history and shows the place that the viewer wants to see. Collects
 * events and commands until the next frame, so that a hundred of them make one picture. Only `applyRequests` applies
 * them, in order.
 */
import type { StoredEvent } from "@kulti/protocol";
import type { Clock } from "./clock.ts";
import { isOver } from "./connection-status.ts";
import {
  advance,
  applyCommand,
  type Command,
  type Control,
  placeOf,
  rateOf,
  type SessionFacts,
} from "./control.ts";
import { createHistory, type History } from "./history.ts";
import { createMessageTimes, type MessageTimes } from "./message-times.ts";
import type { Passed } from "./passed.ts";
import { advancePicture, jump, type Picture } from "./picture.ts";
import type { PlaybackRequest } from "./playback-request.ts";
import type { PlayerState } from "./player-state.ts";
import { beganAt } from "./running-time.ts";
import type { Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import { isTyping, tick } from "./typing.ts";

/** Above this speed nobody can read along, so text appears without typing. */
const fastestTyped = 2;

/** A larger step between two pictures is a jump, even if the clock caused it. */
const maxPassed = 400;

/**
 * The time between two pictures while the player reads a session. Each picture draws much new content: with one for
 * every page of events, drawing took four fifths of the time to load 100,000 events.
 */
const readingMs = 500;

export interface PlaybackOptions {
  store: Store<PlayerState>;
  clock: Clock;
  /** Reads events again that were dropped from memory. */
  read: (afterSeq: number) => Promise<readonly StoredEvent[]>;
  serverNow: () => number;
  request: PlaybackRequest;
}

export class Playback {
  readonly timeline: Timeline;
  readonly messageTimes: MessageTimes = createMessageTimes();
  readonly #store: Store<PlayerState>;
  readonly #clock: Clock;
  readonly #serverNow: () => number;
  readonly #history: History;
  #waiting: StoredEvent[] = [];
  #commands: Command[] = [];
  /** The requested start, until the player has read that far. */
  #wanted: PlaybackRequest | null;
  #isRecalling = false;
  #movedAt: number;
  /** The time of the last picture while the player reads the session. */
  #readAt = Number.NEGATIVE_INFINITY;
  #isFrameAsked = false;
  #isStopped = false;

  constructor({ store, clock, read, serverNow, request }: PlaybackOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#serverNow = serverNow;
    this.#history = createHistory({ read });
    this.timeline = this.#history.timeline;
    const isPlain = request.ms === null && request.seq === null && !request.autoplay;
    this.#wanted = isPlain ? null : request;
    this.#movedAt = clock.now();
  }

  add(batch: readonly StoredEvent[]): void {
    this.#waiting.push(...batch);
    this.#askFrame();
  }

  send(command: Command): void {
    this.#commands.push(command);
    if (!this.#store.get().control.playing) this.#movedAt = this.#clock.now();
    this.#askFrame();
  }

  stop(): void {
    this.#isStopped = true;
  }

  facts(): SessionFacts {
    const { edge, head } = this.#store.get();
    const known = this.#history.edge.stage;
    const stage = edge.seq < known.seq ? known : edge;
    return {
      timeline: this.timeline,
      chapters: this.#history.chapters,
      isOver: isOver({ stage, head }, this.#serverNow()),
      to_seq: Math.max(head?.to_seq ?? 0, this.timeline.length),
    };
  }

  /** Adds the waiting events, applies the waiting commands, and shows the resulting place. */
  applyRequests(passedMs = 0): void {
    const state = this.#store.get();
    const wasAtEdge = state.stage === this.#history.edge.stage && state.control.place === null;
    const hasEvents = this.#waiting.length > 0;
    const passed = this.#history.append(this.#waiting);
    this.#waiting = [];

    const { control, hasCommands } = this.#applyCommands(this.#applyStart(state.control));
    const moved =
      state.isSeeking || passedMs === 0 ? control : advance(control, passedMs, this.facts());
    const isAsked = hasCommands || control !== state.control;
    if (!hasEvents && !isAsked && moved === state.control && !state.isSeeking) return;
    if (wasAtEdge && moved.place === null) this.#showArrived(moved, passed);
    else this.#showPlace(moved, !isAsked);
  }

  #change(changed: Partial<PlayerState>): void {
    this.#store.set({ ...this.#store.get(), ...changed });
  }

  #askFrame(): void {
    if (this.#isFrameAsked || this.#isStopped) return;
    this.#isFrameAsked = true;
    this.#clock.frame(() => {
      this.#isFrameAsked = false;
      if (!this.#isStopped) this.#nextPicture();
    });
  }

  #nextPicture(): void {
    const store = this.#store;
    const now = this.#clock.now();
    if (store.get().connection === "catching_up") {
      if (now - this.#readAt < readingMs && this.#commands.length === 0) {
        this.#askFrame();
        return;
      }
      this.#readAt = now;
    }
    const passedMs = now - this.#movedAt;
    this.#movedAt = now;
    this.applyRequests(passedMs);
    const { typing } = store.get();
    if (isTyping(typing)) this.#change({ typing: tick(typing, now) });
    const { control, isSeeking } = store.get();
    if (isTyping(store.get().typing) || (control.playing && !isSeeking)) this.#askFrame();
  }

  #applyCommands(begun: Control): { control: Control; hasCommands: boolean } {
    const commands = this.#commands;
    this.#commands = [];
    if (commands.length === 0) return { control: begun, hasCommands: false };
    // A new command replaces the place that could not be read, so that problem is gone.
    if (this.#store.get().problem?.code === "unreadable") this.#change({ problem: null });
    let control = begun;
    for (const command of commands) control = applyCommand(control, command, this.facts());
    this.#wanted = null;
    return { control, hasCommands: true };
  }

  /** Goes to the requested start once it is read. */
  #applyStart(control: Control): Control {
    if (!this.#wanted || this.timeline.length === 0) return control;
    const { ms, seq, autoplay } = this.#wanted;
    const facts = this.facts();
    const isWhole = this.timeline.length >= facts.to_seq;
    if (ms !== null && seq === null && this.timeline.endMs < ms && !isWhole) return control;
    this.#wanted = null;
    const command: Command =
      seq !== null ? { kind: "seek_seq", seq } : { kind: "seek", ms: ms ?? 0 };
    const placed = applyCommand(control, command, facts);
    const plays = autoplay || (seq === null && !facts.isOver);
    return { ...placed, playing: placed.place !== null && plays };
  }

  /** Adds new events to the picture at the live edge. */
  #showArrived(control: Control, passed: Passed): void {
    const state = this.#store.get();
    const clock = this.#clock;
    const { edge } = this.#history;
    const isLive = state.connection === "live";
    const typedFrom = isLive && clock.isWatched() ? clock.now() : null;
    const picture = advancePicture(state, edge, passed, typedFrom);
    this.#show({ ...picture, seenFrom: isLive ? state.seenFrom : edge.stage.seq }, control);
  }

  #showPlace(wanted: Control, isGoingOn: boolean): void {
    const control = this.#withTime(wanted);
    const state = this.#store.get();
    const history = this.#history;
    const seq = control.place?.seq ?? this.timeline.length;
    const isRead = seq <= this.timeline.length;
    const passes = seq - state.stage.seq;
    const goesOn = isGoingOn && isRead && !state.isSeeking && passes >= 0 && passes < maxPassed;
    const way = goesOn ? history.passTo(seq, state) : null;
    const snapshot = way ? way.snapshot : history.snapshotAt(seq, state);
    if (!snapshot) {
      this.#recall(seq, control);
      return;
    }
    const isTyped = rateOf(control) <= fastestTyped && this.#clock.isWatched();
    let picture: Picture = state;
    if (way && snapshot.stage !== state.stage) {
      picture = advancePicture(state, snapshot, way.passed, isTyped ? this.#clock.now() : null);
    } else if (snapshot.stage !== state.stage) picture = jump(state, snapshot, this.timeline);
    this.#show(picture, control, !isRead);
  }

  #show(picture: Picture, control: Control, isSeeking = false): void {
    const { stage, rows, typing, follow, seenFrom } = picture;
    const position = isSeeking
      ? { ms: this.timeline.endMs, seq: stage.seq }
      : placeOf(control, this.timeline);
    const { messages } = this.#store.get();
    const messagesShown =
      control.place === null
        ? messages.length
        : this.messageTimes.until(this.#began() + position.ms);
    this.#change({
      stage,
      rows,
      typing,
      follow,
      seenFrom,
      control,
      position,
      isSeeking,
      messagesShown,
      edge: this.#history.edge.stage,
      chapters: this.#history.chapters,
    });
  }

  /** The start by the clock that stamps messages. */
  #began(): number {
    const { head } = this.#store.get();
    return beganAt({ stage: this.#history.edge.stage, head }) ?? this.timeline.beganAt;
  }

  /** Reads one place at a time. Afterwards shows the place that is wanted then. */
  #recall(seq: number, control: Control): void {
    this.#change({ control, isSeeking: true });
    if (this.#isRecalling) return;
    this.#isRecalling = true;
    this.#history
      .recall(seq)
      .then((snapshot) => {
        if (this.#isStopped) return;
        // Reading took time in which nothing was played.
        this.#movedAt = this.#clock.now();
        const { control } = this.#store.get();
        if (control.place?.seq !== seq) return;
        this.#show(jump(this.#store.get(), snapshot, this.timeline), control);
      })
      .catch((error: Error) => this.#failToRecall(seq, error))
      .finally(() => {
        this.#isRecalling = false;
        this.#askFrame();
      });
  }

  #failToRecall(seq: number, { message }: Error): void {
    if (this.#isStopped) return;
    const { control, position, stage } = this.#store.get();
    // By now the viewer wants another place, which the next frame shows.
    if (control.place?.seq !== seq) return;
    // The picture stays at its place: at the live edge if it was there.
    const wasAtEdge = stage.seq >= this.timeline.length;
    this.#change({
      control: { ...control, place: wasAtEdge ? null : position, playing: false },
      isSeeking: false,
      problem: { code: "unreadable", message },
    });
  }

  /** Fills in the time of a place whose time was unknown when the viewer asked for it. */
  #withTime(control: Control): Control {
    const { place } = control;
    const ms = place === null ? 0 : this.timeline.msOf(place.seq);
    return place === null || place.ms >= ms ? control : { ...control, place: { ...place, ms } };
  }
}
