import type { EventRecord } from "../record.ts";

export const statuses = [
  "starting",
  "live",
  "working",
  "thinking",
  "waiting",
  "paused",
  "error",
  "done",
  "offline",
] as const;
export type Status = (typeof statuses)[number];

/** A `status` event with one of these ends its session. */
export const endingStatuses = ["done", "offline"] as const satisfies readonly Status[];

export interface StatusData {
  status: Status;
}

export const status: EventRecord<StatusData> = {
  kind: "other",
  search_label: null,
  title: (data) => data.status,
  fields: { status: "fixed" },
};
