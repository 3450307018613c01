/**
 * The server's time, from the `Date` of each reply, which the Data API lets pages read. Heads contain times of the
 * server, and a viewer's clock may be hours off, which would make live sessions look ended.
 */
import type { Fetch } from "kulti/watch";

let aheadMs = 0;

/** `Date` has whole seconds and replies take time, so smaller differences are ignored. */
const toleranceMs = 5_000;

export const serverNow = (): number => Date.now() + aheadMs;

export function learnTime({ headers }: Response): void {
  const said = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(said)) return;
  const differenceMs = said - Date.now();
  if (Math.abs(differenceMs - aheadMs) < toleranceMs) return;
  aheadMs = Math.abs(differenceMs) < toleranceMs ? 0 : differenceMs;
}

/** A `fetch` that also reads the server's time, for `createKultiApi`. */
export const fetchWithTime: Fetch = async (...request) => {
  // biome-ignore lint/style/noRestrictedGlobals: createKultiApi bounds it
  const response = await fetch(...request);
  learnTime(response);
  return response;
};
