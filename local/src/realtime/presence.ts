/** Presence on one topic: key → one meta per channel that tracks, as Phoenix.Presence reports it. */
import { randomBytes } from "node:crypto";

export interface Meta {
  phx_ref: string;
  phx_ref_prev?: string;
  [field: string]: unknown;
}
export type PresenceState = Record<string, { metas: Meta[] }>;
export interface PresenceDiff {
  joins: PresenceState;
  leaves: PresenceState;
}

/** `Tracker` identifies one channel. */
export class Presence<Tracker extends object> {
  readonly #tracked = new Map<Tracker, { key: string; meta: Meta }>();

  track(tracker: Tracker, key: string, payload: Record<string, unknown>): PresenceDiff {
    const before = this.#tracked.get(tracker);
    const meta: Meta = { ...payload, phx_ref: randomBytes(9).toString("base64url") };
    if (before) meta.phx_ref_prev = before.meta.phx_ref;
    this.#tracked.set(tracker, { key, meta });
    return { joins: one(key, meta), leaves: before ? one(before.key, before.meta) : {} };
  }

  /** Null if it was not tracked. */
  untrack(tracker: Tracker): PresenceDiff | null {
    const before = this.#tracked.get(tracker);
    if (!before) return null;
    this.#tracked.delete(tracker);
    return { joins: {}, leaves: one(before.key, before.meta) };
  }

  state(): PresenceState {
    const state: PresenceState = Object.create(null);
    for (const { key, meta } of this.#tracked.values()) {
      state[key] ??= { metas: [] };
      state[key].metas.push(meta);
    }
    return state;
  }
}

function one(key: string, meta: Meta): PresenceState {
  return Object.assign(Object.create(null), { [key]: { metas: [meta] } });
}
