import type { EventOf } from "../../event.ts";
import type { Stage, Thought } from "../../fold/stage.ts";

export function foldThought(stage: Stage, event: EventOf<"thought">, at: string): Partial<Stage> {
  const {
    thought_type: thoughtType,
    content,
    priority,
    metadata,
    stream_id: streamId = null,
    done,
  } = event.data;
  const index = streamId === null ? undefined : stage.streams.get(streamId);
  const written = index === undefined ? undefined : stage.thoughts.get(index);
  if (index !== undefined && written) {
    const thought: Thought = {
      ...written,
      content: written.content + content,
      priority: priority ?? written.priority,
      metadata: metadata ? { ...written.metadata, ...metadata } : written.metadata,
      // A done thought stays done, even if a late part is appended.
      done: written.done || done === true,
    };
    return { thoughts: stage.thoughts.set(index, thought) };
  }
  const thoughts = stage.thoughts.push({
    seq: event.seq,
    at,
    thought_type: thoughtType,
    priority: priority ?? "working",
    content,
    metadata: metadata ?? {},
    stream_id: streamId,
    done: streamId === null || done === true,
  });
  if (streamId === null) return { thoughts };
  return { thoughts, streams: stage.streams.set(streamId, stage.thoughts.length) };
}
