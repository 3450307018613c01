/** One event as somebody wrote it down: checked against the contract, with what is only too long let through. */
import { KultiError } from "../../protocol/errors.ts";
import type { AgentEvent } from "../../protocol/event.ts";
import { parseIngest } from "../../protocol/schema.ts";
import type { Fields } from "../value.ts";

export type EventLine = Pick<AgentEvent, "type" | "data"> & { id?: string; at?: string };

/** The event, or what is wrong with it. `seq`, which stored events have, is left out. */
export function readEvent(value: Fields): EventLine | string {
  const { seq: _, ...event } = value;
  try {
    const [parsed] = parseIngest({ agent_id: "line", events: [event] }).events;
    const { type, data } = parsed as AgentEvent;
    return { ...kept(event), type, data } as EventLine;
  } catch (error) {
    if (!(error instanceof KultiError)) throw error;
    const issues = error.issues ?? [];
    // Long texts are split or cut on their way.
    if (issues.length > 0 && issues.every((issue) => issue.limit !== undefined)) {
      return { ...kept(event), type: event.type, data: event.data } as EventLine;
    }
    const told = issues.map(({ path, message }) => {
      const inside = path.replace(/^events\[0\]\.?/, "");
      return inside === "" ? message : `${inside} ${message}`;
    });
    return told.join("; ") || error.message;
  }
}

function kept({ id, at }: Fields): { id?: string; at?: string } {
  return {
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof at === "string" ? { at } : {}),
  };
}
