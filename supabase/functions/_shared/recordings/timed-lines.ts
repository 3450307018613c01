import type { JsonLine } from "./json-lines.ts";
import type { RecordedRun, Skipped } from "./recording.ts";
import { Track } from "./track.ts";
import { type Fields, timeOf } from "./value.ts";

interface LineReader {
  read(line: Fields): void;
  end(): void;
}

/**
 * Reads a transcript whose lines have a `timestamp`. Its clock starts with the first timestamp. `stepMs` is the
 * duration of a line without one. Skips a line if the reader throws.
 */
export function readTimedLines(
  lines: JsonLine[],
  skipped: Skipped[],
  createReader: (track: Track, lines: Fields[]) => LineReader,
  stepMs: (line: Fields) => number,
): RecordedRun {
  const start = lines.map(({ value }) => timeOf(value.timestamp)).find((ms) => ms !== undefined);
  const track = new Track(start ?? Date.now());
  track.skipped.push(...skipped);
  const reader = createReader(
    track,
    lines.map(({ value }) => value),
  );
  for (const { number, value } of lines) {
    track.where = `line ${number}`;
    const moment = timeOf(value.timestamp);
    if (moment === undefined) track.advance(stepMs(value));
    else track.at(moment);
    try {
      reader.read(value);
    } catch (error) {
      track.skip(`could not be read: ${(error as Error).message}`);
    }
  }
  reader.end();
  return { events: track.events, skipped: track.skipped };
}
