/** An event as it goes into the queue. */
import type { EventDataByType, EventType } from "@kulti/protocol/event.ts";
import { utf8Bytes } from "@kulti/protocol/text.ts";
import { importanceOf, type QueuedEvent } from "./queue.ts";

/** The queue numbers and delays it. */
export type NewEvent = Omit<QueuedEvent, "number" | "dueAt">;

export function newEvent<Type extends EventType>(
  type: Type,
  data: EventDataByType[Type],
  { id = crypto.randomUUID(), at = new Date().toISOString() }: { id?: string; at?: string } = {},
): NewEvent {
  const json = JSON.stringify({ id, type, at, data });
  return { id, type, json, bytes: utf8Bytes(json), importance: importanceOf(type, data) };
}
