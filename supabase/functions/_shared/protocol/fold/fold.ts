/**
 * `(stage, event) → stage`: turns the events of a session into the state of the screen. Live view and replay are this
 * function. Pure; the old stage stays valid and shares its structure with the new one. Any stored event folds, in any
 * order: what makes no sense (an edit that does not fit, a rename of an unknown file) is kept as far as it is known.
 */

import type { EventOf, StoredEvent, TaskData, UsageData } from "../event.ts";
import { foldCode } from "../events/code/fold.ts";
import { Dict } from "./dict.ts";
import { List } from "./list.ts";
import type { Stage, Thought, Usage } from "./stage.ts";

export const emptyStage: Stage = {
  seq: 0,
  at: null,
  started_at: null,
  status: "starting",
  task: null,
  goal: null,
  milestones: Dict.empty,
  thoughts: List.empty,
  streams: Dict.empty,
  files: Dict.empty,
  active_file: null,
  terminal: List.empty,
  errors: List.empty,
  preview_url: null,
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0, model: null },
};

/** An event at or before `stage.seq` was folded already and returns the same stage. */
export function fold(stage: Stage, event: StoredEvent): Stage {
  if (event.seq <= stage.seq) return stage;
  const at = later(stage.at, event.at);
  const startedAt = stage.started_at ?? event.at;
  // An agent that works without a word about its status has started all the same.
  const status = stage.status === "starting" ? "live" : stage.status;
  return {
    ...stage,
    seq: event.seq,
    at,
    started_at: startedAt,
    status,
    ...changes(stage, event, at),
  };
}

export function foldAll(stage: Stage, events: Iterable<StoredEvent>): Stage {
  let folded = stage;
  for (const event of events) folded = fold(folded, event);
  return folded;
}

function changes(stage: Stage, event: StoredEvent, at: string): Partial<Stage> {
  switch (event.type) {
    case "thought":
      return foldThought(stage, event, at);
    case "code":
      return foldCode(stage, event, at);
    case "terminal": {
      const { command = null, stream, text, exit_code: exitCode = null } = event.data;
      const entry = { seq: event.seq, at, command, stream, text, exit_code: exitCode };
      return { terminal: stage.terminal.push(entry) };
    }
    case "status":
      return { status: event.data.status };
    case "task":
      return { task: titled(event.data) };
    case "goal":
      return { goal: titled(event.data) };
    case "milestone": {
      const { label, completed } = event.data;
      return { milestones: stage.milestones.set(label, { label, completed }) };
    }
    case "error":
      return { errors: stage.errors.push({ ...event.data, seq: event.seq, at }) };
    case "preview":
      return { preview_url: event.data.url };
    case "usage":
      return { usage: sum(stage.usage, event.data) };
    // An event of a later version of the contract: its place is taken, the picture stays.
    default:
      return {};
  }
}

function foldThought(stage: Stage, event: EventOf<"thought">, at: string): Partial<Stage> {
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
      // Once done it stays so, though a late part is still appended.
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

const titled = ({ title, description }: TaskData): TaskData =>
  typeof description === "string" ? { title, description } : { title };

const sum = (usage: Usage, more: UsageData): Usage => ({
  input_tokens: usage.input_tokens + (more.input_tokens ?? 0),
  output_tokens: usage.output_tokens + (more.output_tokens ?? 0),
  cost_usd: usage.cost_usd + (more.cost_usd ?? 0),
  model: more.model ?? usage.model,
});

/** Times come as `…Z` or with an offset and with any number of decimals, so they are compared as moments. */
function later(one: string | null, other: string): string {
  return one !== null && !(Date.parse(other) > Date.parse(one)) ? one : other;
}
