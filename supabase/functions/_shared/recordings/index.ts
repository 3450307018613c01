/** Turns recordings of other programs into Kulti events. */
import { formats, formatTitles, type RecordingFormat } from "./formats.ts";
import { type JsonLine, readJsonLines } from "./json-lines.ts";
import type { RecordedRun, Skipped } from "./recording.ts";
import { isFields, jsonOf } from "./value.ts";

export { formatTitles, type RecordingFormat } from "./formats.ts";
export { type EventLine, readEvent } from "./kulti/event-line.ts";
export { isBesideEvents } from "./kulti/session-file.ts";
export type { RecordedRun, Skipped } from "./recording.ts";

export interface Recording extends RecordedRun {
  format: RecordingFormat;
}

/** The names of the formats that `readRecording` supports. */
export const recordingFormats: readonly RecordingFormat[] = formats.map(({ name }) => name);

/**
 * Detects the format by the content and reads it. Leaves out unreadable parts and lists them in `skipped`.
 * @throws {Error} If the text has no known format.
 */
export function readRecording(text: string): Recording {
  const content = text.replace(/^\ufeff/, "");
  const whole = jsonOf(content);
  const json = isFields(whole) && Array.isArray(whole.loglines) ? whole.loglines : whole;
  for (const format of formats) {
    if ("isDocument" in format && format.isDocument(json)) {
      return { format: format.name, ...format.readDocument(json) };
    }
  }
  const { lines, skipped } = Array.isArray(json) ? entriesOf(json) : readJsonLines(content);
  const format = formatOf(lines);
  if (format) return { format: format.name, ...format.readLines(lines, skipped) };
  throw new Error(`Cannot read the recording: it is not ${formatTitles}.`);
}

const entriesOf = (list: unknown[]): { lines: JsonLine[]; skipped: Skipped[] } => ({
  lines: list.filter(isFields).map((value, index) => ({ number: index + 1, value })),
  skipped: [],
});

/** The format that matches the most lines, if it matches more than a tenth of them. */
function formatOf(lines: JsonLine[]) {
  const [best] = formats
    .filter((format) => "isLine" in format)
    .map((format) => ({
      format,
      count: lines.filter(({ value }) => format.isLine(value)).length,
    }))
    .sort((one, other) => other.count - one.count);
  return best && best.count * 10 > lines.length ? best.format : null;
}
