/** A file that grows by lines, off the caller's path or at once. */
import type { Host } from "./host.ts";

export interface AppendFile {
  /** Written so far. */
  readonly bytes: number;
  /** True while a write off the caller's path runs; more must wait. */
  readonly isBusy: boolean;
  /** Appends off the caller's path. */
  append(text: string, done: (error: Error | null) => void): void;
  /** Appends before it returns. Repeats what is being written: it may not arrive. */
  appendNow(text: string): void;
  /** Makes this text the whole content, in one step. */
  replace(text: string): void;
  /** A sign of life for who can only see the file. */
  touch(): void;
  rename(path: string): void;
  /** Closes the file, and removes it if asked to. */
  close(options?: { remove: boolean }): void;
}

/** Readable by its owner alone, as its folder. Throws what the platform throws. */
export function openAppendFile({ fs, path }: Host, file: string): AppendFile {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  let descriptor = fs.openSync(file, "a", 0o600);
  let bytes = 0;
  let inFlight: string | null = null;
  /** To be closed when the write has ended: another file may get the number of a closed one. */
  let isDone = false;

  function writeAll(to: number, text: string): void {
    for (let left = new TextEncoder().encode(text); left.length > 0; ) {
      const written = fs.writeSync(to, left);
      bytes += written;
      left = left.subarray(written);
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    get isBusy() {
      return inFlight !== null;
    },
    append(text, done) {
      inFlight = text;
      const to = descriptor;
      fs.appendFile(to, text, (error) => {
        inFlight = null;
        if (isDone) return fs.closeSync(to);
        bytes += text.length;
        done(error);
      });
    },
    appendNow(text) {
      // The line break ends a line that is half written.
      writeAll(descriptor, inFlight === null ? text : `\n${inFlight}${text}`);
    },
    replace(text) {
      const draft = `${file}.new`;
      const to = fs.openSync(draft, "w", 0o600);
      bytes = 0;
      writeAll(to, text);
      fs.renameSync(draft, file);
      fs.closeSync(descriptor);
      descriptor = to;
    },
    touch() {
      const now = new Date();
      fs.futimesSync(descriptor, now, now);
    },
    rename(to) {
      fs.renameSync(file, to);
    },
    close({ remove } = { remove: false }) {
      isDone = true;
      if (inFlight === null) fs.closeSync(descriptor);
      if (remove) fs.rmSync(file, { force: true });
    },
  };
}
