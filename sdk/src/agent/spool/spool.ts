/**
 * Keeps unsent events in a file, so that they outlive the process. The next process of the agent sends them.
 *
 * Lines gather for 20 ms and are then appended off the caller's path; `writeNow` writes them before it returns, for the
 * end of the process. So `kill -9` loses at most the last 50 ms. The file exists only while events are unsent.
 */
import { setTimer } from "../timer.ts";
import { type AppendFile, openAppendFile } from "./append-file.ts";
import { targetFolder } from "./folder.ts";
import type { Host } from "./host.ts";
import type { Header } from "./lines.ts";
import { fileName, findOwner, released } from "./owner.ts";

/** With the write itself less than the 50 ms that are promised. */
const gatherMs = 20;
/** While the file exists, its time is renewed this often: a sign of life for other hosts that share the disk. */
const touchMs = 30_000;
/** A file over this size, four times that of the unsent events, is written anew. */
const compactFromBytes = 1024 * 1024;
/** The spool gives up beyond this. */
const maxUnsentBytes = 64 * 1024 * 1024;

/** What is still unsent. */
export interface Left {
  length: number;
  bytes: number;
}

export interface Spool {
  /** Where the events are, once there are some. */
  readonly path: string;
  add(json: string, left: Left): void;
  /** These events need not be sent any more. With none left, the file goes. */
  gone(ids: readonly string[], left: Left): void;
  /** The server has named the session. */
  named(sessionId: string): void;
  /** Writes what is gathered before it returns. True if the file holds everything that is unsent. */
  writeNow(): boolean;
  /** Ends with events unsent: another process may take the file at once. True if it holds them. */
  release(): boolean;
  /** Forgets everything. */
  remove(): void;
  /** Whether `kulti panic` was called since this spool began. */
  isPanicking(): boolean;
}

export interface SpoolOptions {
  host: Host;
  folder: string;
  server: string;
  agentId: string;
  sessionId: string | null;
  /** The unsent events, in order, as they are sent. */
  unsent: () => Iterable<string>;
  /** Called once, when the file can't be written; from then on the spool does nothing. */
  onFailure: (why: string) => void;
}

export function createSpool(options: SpoolOptions): Spool {
  const { host, server, agentId } = options;
  const folder = targetFolder(host, options.folder, { server, agentId });
  const id = globalThis.crypto.randomUUID();
  const beganAt = Date.now();
  const path = host.path.join(folder, fileName(id, findOwner(host)));
  let { sessionId } = options;
  let file: AppendFile | null = null;
  let hasFailed = false;
  let lines: string[] = [];
  let cancelWrite: (() => void) | null = null;
  let cancelTouch: (() => void) | null = null;

  function guarded(run: () => void): void {
    if (hasFailed) return;
    try {
      run();
    } catch (error) {
      fail((error as Error)?.message ?? String(error));
    }
  }

  function fail(why: string): void {
    if (hasFailed) return;
    close(false);
    hasFailed = true;
    options.onFailure(why);
  }

  function open(): AppendFile {
    if (file) return file;
    file = openAppendFile(host, path);
    lines.unshift(header());
    touchLater();
    return file;
  }

  const header = (): string =>
    JSON.stringify({
      kulti_spool: 1,
      server,
      agent_id: agentId,
      session_id: sessionId,
      created_at: new Date(beganAt).toISOString(),
    } satisfies Header);

  function touchLater(): void {
    cancelTouch = setTimer(() => {
      guarded(() => file?.touch());
      if (file) touchLater();
    }, touchMs);
  }

  function writeLater(): void {
    cancelWrite ??= setTimer(() => {
      cancelWrite = null;
      write();
    }, gatherMs);
  }

  function write(): void {
    if (lines.length === 0 || file?.isBusy) return;
    guarded(() =>
      open().append(takeText(), (error) => {
        if (error) fail(error.message);
        // Lines whose time came while the disk was busy have waited long enough.
        else if (cancelWrite === null) write();
      }),
    );
  }

  function takeText(): string {
    const text = `${lines.join("\n")}\n`;
    lines = [];
    return text;
  }

  function writeNow(): boolean {
    guarded(() => {
      if (lines.length === 0 && !file?.isBusy) return;
      const to = open();
      to.appendNow(lines.length === 0 ? "" : takeText());
    });
    return !hasFailed;
  }

  function close(remove: boolean): void {
    cancelWrite?.();
    cancelTouch?.();
    cancelWrite = null;
    cancelTouch = null;
    lines = [];
    const closing = file;
    file = null;
    guarded(() => closing?.close({ remove }));
  }

  return {
    path,
    add(json, left) {
      if (hasFailed) return;
      if (left.bytes > maxUnsentBytes) {
        return fail(`${left.bytes} bytes are unsent, and a file takes ${maxUnsentBytes}`);
      }
      lines.push(json);
      writeLater();
    },
    gone(ids, left) {
      if (hasFailed || ids.length === 0) return;
      if (left.length === 0) return close(true);
      if (file && file.bytes > compactFromBytes && file.bytes > 4 * left.bytes && !file.isBusy) {
        lines = [];
        const text = [header(), ...options.unsent()].map((line) => `${line}\n`).join("");
        return guarded(() => file?.replace(text));
      }
      lines.push(JSON.stringify({ gone: ids }));
      writeLater();
    },
    named(name) {
      if (name === sessionId) return;
      sessionId = name;
      if (file) lines.push(JSON.stringify({ session_id: name }));
    },
    writeNow,
    release() {
      writeNow();
      guarded(() => file?.rename(host.path.join(folder, fileName(id, released(host)))));
      close(false);
      return !hasFailed;
    },
    remove: () => close(true),
    isPanicking() {
      try {
        return host.fs.statSync(host.path.join(folder, "panic")).mtimeMs >= beganAt;
      } catch {
        return false;
      }
    },
  };
}
