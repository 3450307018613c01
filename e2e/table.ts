/** The truth to compare with: a session's events as anyone reads them, folded. */
import { emptyStage, fold, type Stage, type StoredEvent } from "@kulti/protocol";
import { createKultiApi, readEvents } from "kulti/watch";
import { target } from "./target.ts";

export const api = createKultiApi({
  apiUrl: target.api_url,
  publishableKey: target.publishable_key,
});

export const readTable = (sessionId: string): Promise<StoredEvent[]> => readEvents(api, sessionId);

/** As JSON, the form in which the page exposes its state. */
export async function foldedTable(sessionId: string): Promise<unknown> {
  const stage = (await readTable(sessionId)).reduce<Stage>(fold, emptyStage);
  return JSON.parse(JSON.stringify(stage));
}
