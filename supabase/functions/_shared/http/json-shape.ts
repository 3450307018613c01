/**
 * Deepest nesting of a body's JSON. A body of brackets alone nests two million levels in its four megabytes, and
 * JSON.stringify of Deno 2.1 overflows its stack at some thousands. The validator limits the nesting of events, and
 * names the path.
 */
export const jsonDepthLimit = 500;

/** Keys of one object. Metadata, the only object with arbitrary keys, has fewer because its bytes are limited. */
export const jsonKeysLimit = 4_096;

/**
 * Values in the whole body. Four megabytes can hold two million, which take 100 times their bytes once parsed. A diff
 * of that size has some 130,000 lines.
 */
export const jsonValuesLimit = 200_000;

export type ShapeProblem = "depth" | "keys" | "values";

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openList = 0x5b;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * The limit that a JSON text exceeds, or null. It counts brackets and commas outside strings and stops at the first
 * limit. It reads the text, because parsing is what takes time and memory. In text that is not JSON the counts mean
 * nothing, and the parser refuses it.
 */
export function shapeProblem(json: string): ShapeProblem | null {
  // How many more members each open object may have; a list may have any number.
  const room = new Float64Array(jsonDepthLimit + 1).fill(Number.POSITIVE_INFINITY);
  let depth = 0;
  let values = 1;
  for (let at = 0; at < json.length; at++) {
    const unit = json.charCodeAt(at);
    if (unit === quote) {
      for (at++; at < json.length; at++) {
        const inside = json.charCodeAt(at);
        if (inside === quote) break;
        if (inside === backslash) at++;
      }
    } else if (unit === comma) {
      if (++values > jsonValuesLimit) return "values";
      if (--(room as { [level: number]: number })[depth] < 1) return "keys";
    } else if (unit === openObject || unit === openList) {
      if (++depth > jsonDepthLimit) return "depth";
      // Its first member. Checked by the next comma, since the object may be empty.
      values++;
      room[depth] = unit === openObject ? jsonKeysLimit : Number.POSITIVE_INFINITY;
    } else if (unit === closeObject || unit === closeList) {
      // An empty one has no first member.
      const before = json.charCodeAt(at - 1);
      if (before === openObject || before === openList) values--;
      if (depth > 0) depth--;
    }
  }
  return null;
}
