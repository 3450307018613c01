import { type EventRecord, sized } from "../record.ts";

export const thoughtTypes = [
  "general",
  "reasoning",
  "decision",
  "observation",
  "evaluation",
  "tool",
  "context",
  "prompt",
] as const;
export type ThoughtType = (typeof thoughtTypes)[number];

export const priorities = ["headline", "working", "detail"] as const;
export type Priority = (typeof priorities)[number];

export interface ThoughtMetadata {
  tool?: string;
  file?: string;
  prompt_for?: string;
  options?: string[];
  chosen?: string;
  /** From 0 to 1. */
  confidence?: number;
  [key: string]: unknown;
}

export interface ThoughtData {
  thought_type: ThoughtType;
  content: string;
  priority?: Priority;
  metadata?: ThoughtMetadata;
  /** Events that share a `stream_id` append to one thought. */
  stream_id?: string;
  /** True on the last event of a streamed thought. */
  done?: boolean;
}

export const thought: EventRecord<ThoughtData> = {
  kind: "thought",
  search_label: "Thoughts",
  title: ({ content }) => content,
  chapter: ({ thought_type: thoughtType }) => (thoughtType === "prompt" ? "prompt" : null),
  fields: {
    thought_type: "fixed",
    content: sized("thought_content_bytes", "split"),
    priority: "fixed",
    metadata: sized("metadata_bytes", "leave_out"),
    stream_id: "fixed",
    done: "fixed",
  },
};
