/** The truth to compare with: a session's events as anyone reads them, folded. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { createKultiApi } from "kulti/watch";
import { target } from "./target.ts";

export const api = createKultiApi({
  apiUrl: target.api_url,
  publishableKey: target.publishable_key,
});

export async function readTable(sessionId: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await api.sessionEvents(sessionId, events.at(-1)?.seq ?? 0);
    if (page.length === 0) return events;
    events.push(...page);
  }
}

/** As JSON, the form in which the page tells its own state. */
export async function foldedTable(sessionId: string): Promise<unknown> {
  const stage = (await readTable(sessionId)).reduce<Stage>(fold, emptyStage);
  return JSON.parse(JSON.stringify(stage));
}
