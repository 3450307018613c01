/**
 * The server's time, since it stamps the heads: a viewer's clock may be hours off, and would make what is live look
 * over. Learned from the `Date` of each reply, which the Data API lets pages read.
 */
import type { Fetch } from "kulti/watch";

let ahead_ms = 0;

/** Replies say whole seconds and are some time on the way: less than this is no difference. */
const tolerance_ms = 5_000;

export const server_now = (): number => Date.now() + ahead_ms;

export function hear_time({ headers }: Response): void {
  const said = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(said)) return;
  const difference_ms = said - Date.now();
  if (Math.abs(difference_ms - ahead_ms) < tolerance_ms) return;
  ahead_ms = Math.abs(difference_ms) < tolerance_ms ? 0 : difference_ms;
}

/** `fetch` that learns the time, for `createKultiApi`. */
export const fetch_with_time: Fetch = async (...request) => {
  // biome-ignore lint/style/noRestrictedGlobals: createKultiApi bounds it
  const response = await fetch(...request);
  hear_time(response);
  return response;
};
