import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  exportAsciicast,
  exportHtml,
  exportMarkdown,
  exportNdjson,
  inChunks,
  type RecordedSession,
} from "../../export/index.ts";
import { loadPageCode } from "../../export/load-page-code.ts";
import { type Command, choiceFlag, serverOptions, textFlag, UsageError } from "../command.ts";
import { findPlace } from "../credentials.ts";
import {
  fetchSession,
  type ReadAccess,
  readSessionName,
  readSiteConfig,
  type SessionName,
} from "../fetch-session.ts";
import { writeProblem } from "../files.ts";

type Format = "ndjson" | "asciicast" | "markdown" | "html";
const formats: readonly Format[] = ["ndjson", "asciicast", "markdown", "html"];
const endings: Record<string, Format> = {
  ndjson: "ndjson",
  jsonl: "ndjson",
  cast: "asciicast",
  md: "markdown",
  html: "html",
};

export const exportSession: Command = {
  name: "export",
  usage: "<session id|watch url> [--format ndjson|asciicast|markdown|html] [--out <file>]",
  summary:
    "Write a session to a file: all of it as NDJSON, its terminal as an asciicast, a report as Markdown, or one HTML file that replays offline.",
  options: {
    format: {
      type: "string",
      help: `${formats.join(", ")}; default: from the extension of --out, else ndjson`,
    },
    out: { type: "string", short: "o", help: "the file; default stdout" },
    ...(serverOptions.server ? { server: serverOptions.server } : {}),
    "publishable-key": {
      type: "string",
      help: "the project's publishable key (KULTI_PUBLISHABLE_KEY, or the site's)",
    },
  },
  examples: [
    "kulti export https://kulti.example/watch/night-owl --out run.html",
    "kulti export 6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11 --format markdown | less",
  ],
  async run(run) {
    const { flags, args, out } = run;
    const [named, ...rest] = args;
    if (!named || rest.length > 0) throw new UsageError("give one session id or watch URL");
    const name = readSessionName(named);
    const file = textFlag(flags, "out");
    const format = choiceFlag(flags, "format", formats) ?? formatOf(file);
    const session = await fetchSession(await findAccess(name, run), name);
    const pieces = await exportAs(format, session);
    const path = file === undefined ? undefined : resolve(run.cwd, file);
    const target = path === undefined ? process.stdout : createWriteStream(path);
    await pipeline(Readable.from(inChunks(pieces)), target, { end: path !== undefined }).catch(
      (error: NodeJS.ErrnoException) => {
        const isOfFile = path !== undefined && error.syscall !== undefined;
        throw isOfFile ? new Error(`Cannot write ${file}: ${writeProblem(error)}.`) : error;
      },
    );
    const { session_id: sessionId } = session.head;
    if (path !== undefined) {
      out.json({ session_id: sessionId, format, file: path, events: session.events.length });
      out.note(`${session.events.length} events of ${sessionId} written to ${file}.`);
    }
    return 0;
  },
};

function formatOf(file: string | undefined): Format {
  const format = endings[/\.(\w+)$/.exec(file ?? "")?.[1]?.toLowerCase() ?? ""];
  if (format) return format;
  if (file === undefined) return "ndjson";
  throw new UsageError(
    `Cannot tell the format from the name ${file}: give --format, one of ${formats.join(", ")}`,
  );
}

/** A watch URL names its server; a session id alone belongs to the command line's own server. */
async function findAccess(
  { siteUrl }: SessionName,
  run: Parameters<Command["run"]>[0],
): Promise<ReadAccess> {
  if (siteUrl !== null) return readSiteConfig(siteUrl);
  const place = findPlace(run.flags, run);
  const publishableKey = textFlag(run.flags, "publishable-key") ?? place.publishable_key;
  if (publishableKey) return { server: place.server, publishable_key: publishableKey };
  if (place.site_url) return readSiteConfig(place.site_url);
  throw new UsageError(
    "no publishable key: give the watch URL, set KULTI_PUBLISHABLE_KEY, or give --publishable-key",
  );
}

async function exportAs(format: Format, session: RecordedSession): Promise<Iterable<string>> {
  switch (format) {
    case "ndjson":
      return exportNdjson(session);
    case "asciicast":
      return exportAsciicast(session);
    case "markdown":
      return exportMarkdown(session);
    case "html":
      return exportHtml(session, await loadPageCode());
  }
}
