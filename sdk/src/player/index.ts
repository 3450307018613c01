/**
 * Plays a session, live or recorded, without a DOM. A `Source` delivers events, `createPlayer` keeps one `PlayerState`
 * in a `Store`, and views read it and send `Command`s.
 *
 * ```ts
 * const player = createPlayer({ sessionId, source, clock: browserClock });
 * player.store.subscribe(() => draw(player.store.get()));
 * player.send({ kind: "seek", ms: 90_000 });
 * ```
 *
 * Units: every `seq` counts from 1, and 0 is before the first event. Times in `ms` are session time, milliseconds from
 * the first event. `playMs` is the same with idle stretches shortened. A part is a share of the bar from 0 to 1. Names
 * that end in `At` are milliseconds since 1970.
 */
export { align, realign } from "./align.ts";
export { isCollapsed } from "./arrivals.ts";
export { browserClock } from "./browser-clock.ts";
export {
  type Chapter,
  type ChapterKind,
  type Chapters,
  chapterAt,
  chapterIndex,
} from "./chapters.ts";
export type { Clock } from "./clock.ts";
export {
  type ConnectionStatus,
  connectionStatus,
  isOver,
  lastActivityAt,
} from "./connection-status.ts";
export {
  atPart,
  type Command,
  type Control,
  isMoving,
  type Place,
  partOf,
  placeOf,
  rateOf,
  type SessionFacts,
  speeds,
} from "./control.ts";
export { elapsedText } from "./elapsed-text.ts";
export { type Follow, sameTarget, shownTarget, type WorkTarget } from "./follow.ts";
export { actionOf, type KeyAction, type KeyPress, keyHelp } from "./keys.ts";
export {
  compareLines,
  countLines,
  type DiffRow,
  diffRows,
  type LineChange,
  linesOf,
} from "./lines.ts";
export { entryAt, type MindRow, type MindRows, rowOf, thoughtBefore } from "./mind.ts";
export {
  noRequest,
  type PlaybackRequest,
  parsePlaybackRequest,
  placeUrl,
  requestOf,
} from "./playback-request.ts";
export { createPlayer, type Player, type PlayerOptions } from "./player.ts";
export type { PlayerState } from "./player-state.ts";
export { beganAt, runningMs } from "./running-time.ts";
export type { Connection, Problem, Source, SourceHandlers } from "./source.ts";
export { createStore, type Store } from "./store.ts";
export type { Timeline } from "./timeline.ts";
export { overviewOf, type TimelineOverview } from "./timeline-overview.ts";
export { beginningOf, type Typing } from "./typing.ts";
