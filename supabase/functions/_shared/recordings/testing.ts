/** Helpers for tests of recordings: read a text, check its events by the contract, and fold them like the site. */
import type { AgentEvent, EventDataByType, EventType } from "../protocol/event.ts";
import { emptyStage, fold } from "../protocol/fold/fold.ts";
import type { Stage } from "../protocol/fold/stage.ts";
import { limits } from "../protocol/limits.ts";
import { parseIngest } from "../protocol/schema.ts";
import { type Recording, readRecording } from "./index.ts";

/** Throws if the server would refuse an event. */
export function checked(recording: Recording): Recording {
  const { events } = recording;
  for (let from = 0; from < events.length; from += limits.batch_events) {
    parseIngest({ agent_id: "test", events: events.slice(from, from + limits.batch_events) });
  }
  const ids = new Set(events.map((event) => event.id));
  if (ids.size !== events.length) throw new Error("The ids of a recording are not unique.");
  const times = events.map((event) => Date.parse(event.at));
  if (times.some((time, index) => time < (times[index - 1] ?? 0))) {
    throw new Error("The times of a recording run backwards.");
  }
  return recording;
}

export function recordingOf(lines: object[]): Recording {
  return checked(readRecording(lines.map((line) => JSON.stringify(line)).join("\n")));
}

export function ofType<Type extends EventType>(
  events: AgentEvent[],
  type: Type,
): EventDataByType[Type][] {
  return events
    .filter((event) => event.type === type)
    .map((event) => event.data as EventDataByType[Type]);
}

export function folded(events: AgentEvent[]): Stage {
  return events.reduce(
    (stage, event, index) => fold(stage, { ...event, seq: index + 1 }),
    emptyStage,
  );
}
