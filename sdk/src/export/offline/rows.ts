/** The Mind's rows at the place shown: thoughts, errors, questions, milestones and chat messages, in order of time. */
import type { EventOf } from "@kulti/protocol/event.ts";
import type { Stage, StageError, StageQuestion, Thought } from "@kulti/protocol/fold/stage.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import {
  beganAt,
  type Chapter,
  entryAt,
  type Player,
  type PlayerState,
} from "../../player/index.ts";
import type { RecordedSession } from "../recorded-session.ts";

export type Row =
  | { kind: "thought"; content: Thought }
  | { kind: "error"; content: StageError }
  | { kind: "question"; content: StageQuestion }
  | { kind: "milestone"; content: EventOf<"milestone"> }
  | { kind: "message"; content: Message };

/** The kind that rows of one run share. */
export const kindOf = (row: Row): string =>
  row.kind === "thought" ? row.content.thought_type : row.kind;

/** A row with its order: its `seq`, or for a message half a step after the event before it. */
export interface PlacedRow {
  readonly order: number;
  /** Session time. */
  readonly ms: number;
  readonly row: Row;
}

export interface LastRows {
  /** In order. Changed content of a row is a new object. */
  rows: PlacedRow[];
  /** The number of rows before the first of these, and the kind of the last of those. */
  earlier: number;
  kindBefore: string | undefined;
}

/** Makes a function that returns the last `count` rows of a state. Its time does not grow with the session. */
export function createRows(session: RecordedSession, { timeline }: Player) {
  let edge: Stage | undefined;
  let milestones: readonly Chapter[] = [];
  let messages: readonly PlacedRow[] = [];

  /** Places the milestones and messages in the part of the session that is read. */
  const place = (state: PlayerState) => {
    edge = state.edge;
    milestones = [...state.chapters].filter(({ kind }) => kind === "milestone");
    const began = beganAt({ stage: edge, head: state.head }) ?? timeline.beganAt;
    let ms = 0;
    messages = [...state.messages].map((message) => {
      ms = Math.max(ms, Date.parse(message.at) - began || 0);
      return { order: timeline.seqAt(ms) + 0.5, ms, row: { kind: "message", content: message } };
    });
  };
  const placed = (row: Row & { content: { seq: number } }): PlacedRow => {
    const { seq } = row.content;
    return { order: seq, ms: timeline.msOf(seq), row };
  };
  const milestoneAt = (index: number): PlacedRow | undefined => {
    const event = session.events[(milestones[index]?.seq ?? 0) - 1];
    return event?.type === "milestone" ? placed({ kind: "milestone", content: event }) : undefined;
  };
  const mindRowAt = ({ rows, stage }: PlayerState, at: number): PlacedRow | undefined => {
    const thought = entryAt(rows, stage, at, "thought");
    if (thought) return placed({ kind: "thought", content: thought });
    const error = entryAt(rows, stage, at, "error");
    if (error) return placed({ kind: "error", content: error });
    const question = entryAt(rows, stage, at, "question");
    return question && placed({ kind: "question", content: question });
  };

  return (state: PlayerState, count: number): LastRows => {
    if (state.edge !== edge) place(state);
    const lists = [
      { left: state.rows.length, at: (index: number) => mindRowAt(state, index) },
      { left: milestones.filter(({ seq }) => seq <= state.stage.seq).length, at: milestoneAt },
      { left: state.messagesShown, at: (index: number) => messages[index] },
    ];
    const takeLast = (): PlacedRow | undefined => {
      const orders = lists.map((list) => list.at(list.left - 1)?.order ?? 0);
      const list = lists[orders.indexOf(Math.max(...orders))];
      if (!list || list.left === 0) return undefined;
      list.left -= 1;
      return list.at(list.left);
    };
    const rows: PlacedRow[] = [];
    for (let next = takeLast(); next; next = takeLast()) {
      if (rows.length === count) {
        const earlier = lists.reduce((sum, { left }) => sum + left, 1);
        return { rows: rows.reverse(), earlier, kindBefore: kindOf(next.row) };
      }
      rows.push(next);
    }
    return { rows: rows.reverse(), earlier: 0, kindBefore: undefined };
  };
}
