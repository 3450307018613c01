/** The text that an event adds to the Mind, for the typing clock. */
import type { Stage, StoredEvent, Thought } from "@kulti/protocol";
import type { Arrival } from "./typing.ts";

export type { Arrival };

export function arrivalsOf(before: Stage, stage: Stage, event: StoredEvent): Arrival[] {
  if (event.type !== "thought" || before === stage) return [];
  const { stream_id: streamId } = event.data;
  const index = streamId === undefined ? stage.thoughts.length - 1 : stage.streams.get(streamId);
  const thought = index === undefined ? undefined : stage.thoughts.get(index);
  if (index === undefined || !thought) return [];
  const from = before.thoughts.get(index)?.content.length ?? 0;
  return [{ seq: thought.seq, from, to: isCollapsed(thought) ? from : thought.content.length }];
}

/** Collapsed thoughts show as one line until a viewer opens them. They wait their turn and then appear whole. */
export const isCollapsed = (thought: Thought): boolean =>
  thought.thought_type === "tool" || thought.priority === "detail";
