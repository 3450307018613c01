/** The stage's keyboard shortcuts. They work wherever the focus is, except in text fields. */
import type { Command } from "./control.ts";

export type KeyAction = Command | { kind: "fullscreen" } | { kind: "help" };

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const skipMs = 5_000;

const actions: Record<string, KeyAction> = {
  " ": { kind: "toggle" },
  k: { kind: "toggle" },
  ArrowLeft: { kind: "skip", playMs: -skipMs },
  ArrowRight: { kind: "skip", playMs: skipMs },
  "shift ArrowLeft": { kind: "skip_part", part: -0.1 },
  "shift ArrowRight": { kind: "skip_part", part: 0.1 },
  "[": { kind: "chapter", by: -1 },
  "]": { kind: "chapter", by: 1 },
  ",": { kind: "step", by: -1 },
  ".": { kind: "step", by: 1 },
  "<": { kind: "slower" },
  ">": { kind: "faster" },
  Home: { kind: "seek", ms: 0 },
  End: { kind: "go_live" },
  l: { kind: "go_live" },
  "shift l": { kind: "catch_up" },
  f: { kind: "fullscreen" },
  "?": { kind: "help" },
};

/** Undefined for keys without a meaning here and for the browser's own shortcuts. */
export function actionOf({
  key,
  shiftKey,
  ctrlKey,
  metaKey,
  altKey,
}: KeyPress): KeyAction | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (/^[0-9]$/.test(key)) return { kind: "seek_part", part: Number(key) / 10 };
  const name = key.length === 1 ? key.toLowerCase() : key;
  const isShiftedLetter = shiftKey && (key.length > 1 || /[a-z]/i.test(key));
  const wanted = isShiftedLetter ? `shift ${name}` : name;
  // Caps lock may be on. A letter without a meaning of its own with shift has the same meaning as without.
  return actions[wanted] ?? (key.length === 1 ? actions[name] : undefined);
}

/** The names and the effects of the keys, for the help. */
export const keyHelp: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["Space", "k"], does: "Play or pause" },
  { keys: ["←", "→"], does: "5 seconds back or on" },
  { keys: ["Shift ←", "Shift →"], does: "A tenth back or forward" },
  { keys: ["[", "]"], does: "Previous or next chapter" },
  { keys: ["0 … 9"], does: "To this tenth of the session" },
  { keys: [",", "."], does: "One event back or forward" },
  { keys: ["<", ">"], does: "Slower or faster" },
  { keys: ["Home", "End"], does: "To the beginning or the end" },
  { keys: ["L"], does: "To the live edge" },
  { keys: ["Shift L"], does: "Catch up with the live edge at twice the speed" },
  { keys: ["/"], does: "Search this session" },
  { keys: ["f"], does: "Full screen" },
  { keys: ["?"], does: "This help" },
];
