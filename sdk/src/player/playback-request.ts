/**
 * A link's request to the player: the place to show and how to play from there, as in
 * `?t=90&speed=2&idle=0&autoplay=1#e17`.
 */
import type { Control, Place } from "./control.ts";
import { elapsedText } from "./elapsed-text.ts";

export interface PlaybackRequest {
  /** Session time in milliseconds. */
  ms: number | null;
  /** The event to show. Takes precedence over `ms`. */
  seq: number | null;
  speed: number | null;
  skipsIdle: boolean | null;
  autoplay: boolean;
}

export const noRequest: PlaybackRequest = {
  ms: null,
  seq: null,
  speed: null,
  skipsIdle: null,
  autoplay: false,
};

/** What makes another player of the session show the same place in the same way. */
export const requestOf = ({ place, playing, speed, skipsIdle }: Control): PlaybackRequest => ({
  ms: null,
  seq: place?.seq ?? null,
  autoplay: place !== null && playing,
  speed,
  skipsIdle,
});

/** Ignores invalid values. */
export function parsePlaybackRequest({
  search,
  hash,
}: {
  search: string;
  hash: string;
}): PlaybackRequest {
  const query = new URLSearchParams(search);
  const event = /^#e([1-9]\d{0,8})$/.exec(hash)?.[1];
  const speed = Number(query.get("speed"));
  return {
    ms: parseTime(query.get("t") ?? ""),
    seq: event === undefined ? null : Number(event),
    speed: speed > 0 && Number.isFinite(speed) ? speed : null,
    skipsIdle: parseFlag(query.get("idle")),
    autoplay: parseFlag(query.get("autoplay")) ?? false,
  };
}

/** Parses `90`, `90.5`, `90s`, `1:30` or `1:02:03` to milliseconds. Null for anything else. */
export function parseTime(text: string): number | null {
  if (!/^(?:\d+:){0,2}\d+(?:\.\d+)?s?$/.test(text)) return null;
  const seconds = text
    .replace(/s$/, "")
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number.isSafeInteger(Math.round(seconds * 1000)) ? Math.round(seconds * 1000) : null;
}

const words = new Map([
  ...["", "1", "true", "on"].map((word) => [word, true] as const),
  ...["0", "false", "off"].map((word) => [word, false] as const),
]);

const parseFlag = (value: string | null): boolean | null =>
  value === null ? null : (words.get(value.toLowerCase()) ?? null);

/** A link to a place. Its time is in whole seconds, and its event makes it exact. */
export function placeUrl(sessionUrl: string, { ms, seq }: Place): string {
  return `${sessionUrl}?t=${elapsedText(ms)}#e${seq}`;
}
