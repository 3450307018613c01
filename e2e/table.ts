/** The truth to compare with: a session's events as anyone reads them, folded. */
import { empty_stage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { createKultiApi } from "kulti/watch";
import { target } from "./target.ts";

export const api = createKultiApi(target);

export async function read_table(session_id: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await api.session_events(session_id, events.at(-1)?.seq ?? 0);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** As JSON, the form in which the page tells its own state. */
export async function folded_table(session_id: string): Promise<unknown> {
  const stage = (await read_table(session_id)).reduce<Stage>(fold, empty_stage);
  return JSON.parse(JSON.stringify(stage));
}
