/**
 * Types thoughts out. New text appears in the order of its arrival, at the speed of a quick reader, faster if much is
 * waiting, and at the latest `typingDeadlineMs` after its arrival.
 *
 * Immutable and without a clock of its own. `shown` holds the visible length of each thought. A thought that is not in
 * it is visible in full.
 */

/** The longest delay of typed text. The page must show text within one second; the rest is for slow frames. */
export const typingDeadlineMs = 800;

/** The usual speed in characters per second, about six times the speed of reading. */
const calmRate = 140;

export interface Typing {
  readonly waiting: readonly Stretch[];
  /** The number of visible characters, by `seq` of the thought. */
  readonly shown: ReadonlyMap<number, number>;
  readonly tickedAt: number;
  /** The fraction of a character that is due but not yet visible. */
  readonly credit: number;
}

/** The text of one thought that arrived at one time. */
interface Stretch {
  readonly seq: number;
  readonly from: number;
  readonly to: number;
  readonly dueAt: number;
}

export interface Arrival {
  seq: number;
  /** The length before and after. A new thought starts from 0. */
  from: number;
  to: number;
}

export const nothingTyped: Typing = { waiting: [], shown: new Map(), tickedAt: 0, credit: 0 };

export function isTyping(typing: Typing): boolean {
  return typing.waiting.length > 0;
}

export function arrive(typing: Typing, arrivals: readonly Arrival[], now: number): Typing {
  if (arrivals.length === 0) return typing;
  const shown = new Map(typing.shown);
  const waiting = [...typing.waiting];
  for (const { seq, from, to } of arrivals) {
    if (!shown.has(seq)) shown.set(seq, from);
    waiting.push({ seq, from, to, dueAt: now + typingDeadlineMs });
  }
  const tickedAt = isTyping(typing) ? typing.tickedAt : now;
  return { waiting, shown, tickedAt, credit: typing.credit };
}

/** Advances the typing to `now`. */
export function tick(typing: Typing, now: number): Typing {
  if (!isTyping(typing)) return typing;
  const earned =
    typing.credit + (Math.max(0, now - typing.tickedAt) * rateAt(typing, typing.tickedAt)) / 1000;
  const shown = new Map(typing.shown);
  let credit = earned;
  let done = 0;
  for (const stretch of typing.waiting) {
    const at = Math.max(shown.get(stretch.seq) ?? stretch.from, stretch.from);
    const missing = stretch.to - at;
    const whole = stretch.dueAt <= now || missing <= credit;
    const step = whole ? missing : Math.floor(credit);
    shown.set(stretch.seq, at + step);
    credit = Math.max(0, credit - step);
    if (!whole) break;
    done += 1;
  }
  const waiting = typing.waiting.slice(done);
  const open = new Set(waiting.map((stretch) => stretch.seq));
  for (const seq of shown.keys()) if (!open.has(seq)) shown.delete(seq);
  return { waiting, shown, tickedAt: now, credit: waiting.length === 0 ? 0 : credit };
}

/** The speed in characters per second that finishes every text in time. */
function rateAt(typing: Typing, now: number): number {
  let characters = 0;
  let rate = calmRate;
  for (const { seq, from, to, dueAt } of typing.waiting) {
    characters += to - Math.max(from, Math.min(to, typing.shown.get(seq) ?? from));
    rate = Math.max(rate, (characters * 1000) / Math.max(1, dueAt - now));
  }
  return rate;
}

/** The longest start of at most `length` UTF-16 units that ends between two visible characters. */
export function beginningOf(text: string, length: number): string {
  if (length >= text.length) return text;
  let end = Math.max(0, length);
  while (end > 0 && joins(text, end)) end -= 1;
  return text.slice(0, end);
}

const continues = /^(?:\p{M}|\p{Emoji_Modifier}|\u200d)/u;

function joins(text: string, end: number): boolean {
  const unit = text.charCodeAt(end);
  if (unit >= 0xdc00 && unit <= 0xdfff) return true;
  return continues.test(text.slice(end, end + 2)) || text[end - 1] === "\u200d";
}
