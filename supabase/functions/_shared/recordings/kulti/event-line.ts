/** Reads one event by the contract, but accepts texts that are too long. */
import { KultiError } from "../../protocol/errors.ts";
import type { AgentEvent } from "../../protocol/event.ts";
import { parseIngest } from "../../protocol/schema.ts";
import type { Fields } from "../value.ts";

export type EventLine = Pick<AgentEvent, "type" | "data"> & { id?: string; at?: string };

/** The event, or the reason why it is invalid. Ignores the `seq` of stored events. */
export function readEvent(value: Fields): EventLine | string {
  const { seq: _, ...event } = value;
  try {
    const [parsed] = parseIngest({ agent_id: "line", events: [event] }).events;
    const { type, data } = parsed as AgentEvent;
    return { ...kept(event), type, data } as EventLine;
  } catch (error) {
    if (!(error instanceof KultiError)) throw error;
    const issues = error.issues ?? [];
    // The sender splits or cuts long texts later.
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
