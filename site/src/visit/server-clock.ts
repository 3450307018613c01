/**
 * The server's time, since it stamps the heads: a viewer's clock may be hours off, and would make what is live look
 * over. Learned from the `Date` of each reply, which the Data API lets pages read.
 */
import type { Fetch } from "kulti/watch";

let aheadMs = 0;

/** Replies say whole seconds and are some time on the way: less than this is no difference. */
const toleranceMs = 5_000;

export const serverNow = (): number => Date.now() + aheadMs;

export function learnTime({ headers }: Response): void {
  const said = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(said)) return;
  const differenceMs = said - Date.now();
  if (Math.abs(differenceMs - aheadMs) < toleranceMs) return;
  aheadMs = Math.abs(differenceMs) < toleranceMs ? 0 : differenceMs;
}

/** `fetch` that learns the time, for `createKultiApi`. */
export const fetchWithTime: Fetch = async (...request) => {
  // biome-ignore lint/style/noRestrictedGlobals: createKultiApi bounds it
  const response = await fetch(...request);
  learnTime(response);
  return response;
};
