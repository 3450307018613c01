/** Reads Kulti's own events, one JSON object per line, in the form of `kulti stream` and of the table. */

import { eventTypes } from "../../protocol/event.ts";
import type { JsonLine } from "../json-lines.ts";
import type { RecordedRun, Skipped } from "../recording.ts";
import { Track } from "../track.ts";
import { type Fields, isFields, timeOf } from "../value.ts";
import { readEvent } from "./event-line.ts";
import { eventLines } from "./session-file.ts";

/** The time between events without a time. */
const stepMs = 200;

export const isKultiLine = ({ type, data }: Fields): boolean =>
  (eventTypes as readonly unknown[]).includes(type) && isFields(data);

export function readKulti(allLines: JsonLine[], skipped: Skipped[]): RecordedRun {
  const lines = eventLines(allLines);
  const start = lines.map(({ value }) => timeOf(value.at)).find((ms) => ms !== undefined);
  const track = new Track(start ?? Date.now());
  track.skipped.push(...skipped);
  for (const { number, value } of lines) {
    track.where = `line ${number}`;
    const event = readEvent(value);
    if (typeof event === "string") {
      track.skip(event);
      continue;
    }
    const moment = timeOf(event.at);
    if (moment === undefined) track.advance(stepMs);
    else track.at(moment);
    track.add(event.type, event.data);
  }
  return { events: track.events, skipped: track.skipped };
}
