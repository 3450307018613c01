/**
 * Plays one session, live or recorded: takes what its source brings into the history, and keeps the one state that
 * views read, the picture of the moment that the viewer wants to see. Events and commands are gathered until the next
 * frame, so that a hundred of them still make one picture; `settle` is the one place where they take effect, in order.
 */
import { type Head, List, type Message, type Stage, type StoredEvent } from "@kulti/protocol";
import { no_wish, type Wish } from "./address.ts";
import { type Chapters, no_chapters } from "./chapters.ts";
import type { Clock } from "./clock.ts";
import { is_over } from "./connection-word.ts";
import {
  at_the_edge,
  type Command,
  type Control,
  type Known,
  move_on,
  obey,
  type Place,
  place_of,
  rate_of,
} from "./control.ts";
import {
  type Follow,
  follow_again,
  viewer_chose,
  viewer_stayed,
  type WorkTarget,
} from "./follow.ts";
import { create_history } from "./history.ts";
import {
  begin_passage,
  empty_picture,
  go_on,
  jump,
  type Passage,
  type Picture,
} from "./picture.ts";
import { began_at } from "./running-time.ts";
import { create_said, type Said } from "./said.ts";
import { server_now } from "./server-clock.ts";
import type { Connection, Problem, Source } from "./source.ts";
import { create_store, type Store } from "./store.ts";
import type { Timeline } from "./timeline.ts";
import { is_typing, tick } from "./typing.ts";

export interface PlayerState extends Picture {
  /** The stage at the live edge: everything that has come. */
  readonly edge: Stage;
  readonly control: Control;
  /** The place that is shown. */
  readonly position: Place;
  /** The place that is wanted must be read first. */
  readonly is_seeking: boolean;
  readonly chapters: Chapters;
  readonly head: Head | null;
  readonly messages: List<Message>;
  /** `seq` of the last message that was there before the viewer came. */
  readonly messages_from: number;
  /** How many of them had been said at the moment shown. */
  readonly messages_shown: number;
  readonly connection: Connection;
  readonly problem: Problem | null;
  /** The thought that the viewer asked to be shown; a new object each time. */
  readonly pointed: { readonly seq: number } | null;
}

export interface Player {
  readonly session_id: string;
  readonly store: Store<PlayerState>;
  readonly timeline: Timeline;
  send(command: Command): void;
  /** What commands are judged by. */
  known(): Known;
  choose(target: WorkTarget): void;
  /** Keep showing what is shown. */
  stay(shown: WorkTarget): void;
  follow(): void;
  point_at(thought_seq: number): void;
  /** The stage at the place shown, with all that waits for the next frame. */
  stage(): Stage;
  stop(): void;
}

export interface PlayerOptions {
  session_id: string;
  source: Source;
  clock: Clock;
  head?: Head;
  /** Reads events again that were dropped from memory. */
  read?: (after_seq: number) => Promise<readonly StoredEvent[]>;
  wish?: Wish;
  /** The session was deleted or made private. */
  gone?: () => void;
}

/** Faster than this nobody reads along, and typing would only be noise. */
const fastest_typed = 2;

/**
 * Between two pictures while a session is read. Each shows much that is new: with one for every page, drawing took
 * four fifths of the time until 100,000 events were there.
 */
const reading_ms = 500;

const read_nothing = () => Promise.reject(new Error("Cannot read again: there is no server."));

export function create_player(options: PlayerOptions): Player {
  const { session_id, source, clock, head, read = read_nothing, wish = no_wish } = options;
  const { gone = () => {} } = options;
  const history = create_history({ read });
  const { timeline } = history;
  const said: Said = create_said();
  const store = create_store<PlayerState>({
    ...empty_picture,
    edge: empty_picture.stage,
    control: begin_control(wish),
    position: { ms: 0, seq: 0 },
    is_seeking: false,
    chapters: no_chapters,
    head: head ?? null,
    messages: List.empty,
    messages_from: head?.messages_to ?? 0,
    messages_shown: 0,
    connection: "connecting",
    problem: null,
    pointed: null,
  });
  const change = (changed: Partial<PlayerState>) => store.set({ ...store.get(), ...changed });
  const change_follow = (turn: (follow: Follow) => Follow) =>
    change({ follow: turn(store.get().follow) });

  let waiting: StoredEvent[] = [];
  let commands: Command[] = [];
  /** Where the address says to begin, until that has been read. */
  let wanted: Wish | null = wish.ms === null && wish.seq === null && !wish.autoplay ? null : wish;
  let recalled_seq: number | null = null;
  let moved_at = clock.now();
  /** When the last picture was drawn of a session that is still being read. */
  let read_at = Number.NEGATIVE_INFINITY;
  let is_frame_asked = false;
  let is_stopped = false;

  /** By the clock that messages are stamped with. */
  const began = () =>
    began_at({ stage: history.edge.stage, head: store.get().head }) ?? timeline.began_at;

  const known = (): Known => {
    const { edge, head } = store.get();
    const stage = edge.seq < history.edge.stage.seq ? history.edge.stage : edge;
    return {
      timeline,
      chapters: history.chapters,
      is_over: is_over({ stage, head }, server_now()),
      to_seq: Math.max(head?.to_seq ?? 0, timeline.length),
    };
  };

  const ask_frame = () => {
    if (is_frame_asked || is_stopped) return;
    is_frame_asked = true;
    clock.frame(() => {
      is_frame_asked = false;
      if (!is_stopped) next_picture();
    });
  };

  const next_picture = () => {
    const now = clock.now();
    if (store.get().connection === "catching_up") {
      if (now - read_at < reading_ms && commands.length === 0) return ask_frame();
      read_at = now;
    }
    const passed_ms = now - moved_at;
    moved_at = now;
    settle(passed_ms);
    const { typing } = store.get();
    if (is_typing(typing)) change({ typing: tick(typing, now) });
    const { control, is_seeking } = store.get();
    if (is_typing(store.get().typing) || (control.playing && !is_seeking)) ask_frame();
  };

  /** Takes in what has come, does what was asked, and shows the place that is then wanted. */
  const settle = (passed_ms = 0) => {
    const state = store.get();
    const was_at_edge = state.stage === history.edge.stage && state.control.place === null;
    const arriving = begin_passage();
    const has_events = waiting.length > 0;
    history.append(waiting, arriving.on_passed);
    waiting = [];

    let control = heed_wish(state.control);
    const asked = commands;
    commands = [];
    // A moment that could not be read is another matter once something else is asked for.
    if (asked.length > 0 && state.problem?.code === "unreadable") change({ problem: null });
    for (const command of asked) control = obey(control, command, known());
    if (asked.length > 0) wanted = null;
    const moved =
      state.is_seeking || passed_ms === 0 ? control : move_on(control, passed_ms, known());
    const is_asked = asked.length > 0 || control !== state.control;
    if (!has_events && !is_asked && moved === state.control && !state.is_seeking) return;
    if (was_at_edge && moved.place === null) show_arrived(moved, arriving);
    else show_place(moved, !is_asked);
  };

  const heed_wish = (control: Control): Control => {
    if (!wanted || timeline.length === 0) return control;
    const { ms, seq, autoplay } = wanted;
    const facts = known();
    const is_whole = timeline.length >= facts.to_seq;
    if (ms !== null && seq === null && timeline.end_ms < ms && !is_whole) return control;
    wanted = null;
    const command: Command =
      seq !== null ? { kind: "seek_seq", seq } : { kind: "seek", ms: ms ?? 0 };
    const placed = obey(control, command, facts);
    const plays = autoplay || (seq === null && !facts.is_over);
    return { ...placed, playing: placed.place !== null && plays };
  };

  /** At the live edge: what has come is added to the picture. */
  const show_arrived = (control: Control, arriving: Passage) => {
    const state = store.get();
    const is_live = state.connection === "live";
    const picture = go_on(
      state,
      history.edge,
      arriving,
      is_live && clock.is_watched() ? clock.now() : null,
    );
    const seen_from = is_live ? state.seen_from : history.edge.stage.seq;
    show({ ...picture, seen_from }, control);
  };

  const show_place = (wished: Control, is_going_on: boolean) => {
    const control = exact(wished);
    const state = store.get();
    const seq = control.place?.seq ?? timeline.length;
    const is_read = seq <= timeline.length;
    const passage = begin_passage();
    const goes_on = is_going_on && is_read && seq >= state.stage.seq && !state.is_seeking;
    const moment = goes_on
      ? history.moment(seq, state, passage.on_passed)
      : history.moment(seq, state);
    if (!moment) return recall(seq, control);
    if (moment.stage === state.stage) return show(state, control, !is_read);
    const is_typed = rate_of(control) <= fastest_typed && clock.is_watched();
    const passes = goes_on && moment.stage.seq - state.stage.seq < most_passed;
    const picture = passes
      ? go_on(state, moment, passage, is_typed ? clock.now() : null)
      : jump(state, moment, timeline);
    show(picture, control, !is_read);
  };

  const show = (picture: Picture, control: Control, is_seeking = false) => {
    const { stage, rows, typing, follow, seen_from } = picture;
    const position = is_seeking
      ? { ms: timeline.end_ms, seq: stage.seq }
      : place_of(control, timeline);
    const { messages } = store.get();
    const messages_shown =
      control.place === null ? messages.length : said.until(began() + position.ms);
    change({
      ...{ stage, rows, typing, follow, seen_from, control, position, is_seeking, messages_shown },
      edge: history.edge.stage,
      chapters: history.chapters,
    });
  };

  /** One at a time; when it is there, the place that is wanted by then is shown. */
  const recall = (seq: number, control: Control) => {
    change({ control, is_seeking: true });
    if (recalled_seq !== null) return;
    recalled_seq = seq;
    history
      .recall(seq)
      .then((moment) => {
        if (is_stopped) return;
        const { control } = store.get();
        if (control.place?.seq === seq) show(jump(store.get(), moment, timeline), control);
      })
      .catch((error: Error) => {
        // Stays where it was.
        const { control, position } = store.get();
        const place = { ...control, place: position, playing: false };
        change({
          control: place,
          is_seeking: false,
          problem: { code: "unreadable", message: error.message },
        });
      })
      .finally(() => {
        recalled_seq = null;
        ask_frame();
      });
  };

  /** A place whose time was not known when it was asked for. */
  const exact = (control: Control): Control => {
    const { place } = control;
    const ms = place === null ? 0 : timeline.ms_of(place.seq);
    return place === null || place.ms >= ms ? control : { ...control, place: { ...place, ms } };
  };

  source.start({
    events(batch) {
      waiting.push(...batch);
      if (store.get().problem) change({ problem: null });
      ask_frame();
    },
    messages(batch) {
      let { messages, messages_shown, control } = store.get();
      for (const message of batch) {
        messages = messages.push(message);
        said.add(message);
      }
      if (control.place === null) messages_shown = messages.length;
      change({ messages, messages_shown });
    },
    head: (latest) => change({ head: latest }),
    connection(state) {
      if (state === store.get().connection) return;
      // What was announced before the word changed was not seen as it happened.
      settle();
      change({ connection: state });
    },
    problem({ code, message }) {
      if (code === "session_not_found") return gone();
      change({ problem: { code, message } });
    },
  });

  return {
    session_id,
    store,
    timeline,
    known,
    send(command) {
      commands.push(command);
      if (!store.get().control.playing) moved_at = clock.now();
      ask_frame();
    },
    choose: (target) => change_follow((follow) => viewer_chose(follow, target)),
    stay(shown) {
      if (store.get().follow.following) change_follow((follow) => viewer_stayed(follow, shown));
    },
    follow: () => change_follow(follow_again),
    point_at: (seq) => change({ pointed: { seq } }),
    stage() {
      settle();
      return store.get().stage;
    },
    stop() {
      is_stopped = true;
      source.stop();
    },
  };
}

/** More than this between two pictures is a jump, even where the clock made it. */
const most_passed = 400;

const begin_control = ({ speed, skips_idle }: Wish): Control => {
  const control = skips_idle === null ? at_the_edge : { ...at_the_edge, skips_idle };
  return speed === null ? control : { ...control, speed: Math.min(16, Math.max(0.5, speed)) };
};
