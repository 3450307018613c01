/**
 * The lines of a spool file: a header, then events as they are sent, and notes about them. The Python client reads and
 * writes the same.
 */
import type { Target } from "./folder.ts";

export interface Header {
  kulti_spool: 1;
  /** URL of the project. */
  server: string;
  agent_id: string;
  /** Null until the server has named it; a later line `{"session_id"}` then does. */
  session_id: string | null;
  created_at: string;
}

export interface UnsentEvent {
  id: string;
  /** The line itself. */
  json: string;
}

export interface Unsent {
  header: Header;
  sessionId: string | null;
  /** In order, without those that a line `{"gone": [id]}` names. */
  events: UnsentEvent[];
}

/** Null if the text is not the agent's at that server. A half-written line is left out. */
export function readLines(text: string, target: Target): Unsent | null {
  let header: Header | null = null;
  let sessionId: string | null = null;
  const events = new Map<string, string>();
  for (const line of text.split("\n")) {
    const value = parseLine(line);
    if (value === null) continue;
    if (header === null) {
      if (value.kulti_spool !== 1) return null;
      if (value.server !== target.server || value.agent_id !== target.agentId) return null;
      header = value as unknown as Header;
      sessionId = header.session_id ?? null;
    } else if (typeof value.id === "string" && typeof value.type === "string") {
      events.set(value.id, line);
    } else if (Array.isArray(value.gone)) {
      for (const id of value.gone) events.delete(id);
    } else if (typeof value.session_id === "string") {
      sessionId = value.session_id;
    }
  }
  if (header === null) return null;
  return { header, sessionId, events: [...events].map(([id, json]) => ({ id, json })) };
}

function parseLine(line: string): Record<string, unknown> | null {
  if (line === "") return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
