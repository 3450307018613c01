import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  export_asciicast,
  export_html,
  export_markdown,
  export_ndjson,
  in_chunks,
  type RecordedSession,
} from "../../export/index.ts";
import { load_player } from "../../export/load-player.ts";
import { type Command, choice_flag, server_options, text_flag, UsageError } from "../command.ts";
import { find_place } from "../credentials.ts";
import {
  fetch_session,
  type ReadAccess,
  read_session_name,
  read_site_config,
  type SessionName,
} from "../fetch-session.ts";

type Format = "ndjson" | "asciicast" | "markdown" | "html";
const formats: readonly Format[] = ["ndjson", "asciicast", "markdown", "html"];
const endings: Record<string, Format> = {
  ndjson: "ndjson",
  jsonl: "ndjson",
  cast: "asciicast",
  md: "markdown",
  html: "html",
};

export const export_session: Command = {
  name: "export",
  usage: "<session id|watch url> [--format ndjson|asciicast|markdown|html] [--out <file>]",
  summary:
    "Write a session to a file: all of it as NDJSON, its terminal as an asciicast, a report as Markdown, or one HTML file that replays offline.",
  options: {
    format: { type: "string", help: `${formats.join(", ")}; default by the ending of --out` },
    out: { type: "string", short: "o", help: "the file; default stdout" },
    ...(server_options.server ? { server: server_options.server } : {}),
    "publishable-key": {
      type: "string",
      help: "the project's publishable key (KULTI_PUBLISHABLE_KEY, or the site's own)",
    },
  },
  examples: [
    "kulti export https://kulti.example/watch/night-owl --out run.html",
    "kulti export 6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11 --format markdown | less",
  ],
  async run(run) {
    const { flags, args, out } = run;
    const [named, ...rest] = args;
    if (!named || rest.length > 0) throw new UsageError("one session id or watch URL is needed");
    const name = read_session_name(named);
    const file = text_flag(flags, "out");
    const format = choice_flag(flags, "format", formats) ?? format_of(file);
    const session = await fetch_session(await find_access(name, run), name);
    const pieces = await export_as(format, session);
    const path = file === undefined ? undefined : resolve(run.cwd, file);
    const target = path === undefined ? process.stdout : createWriteStream(path);
    await pipeline(Readable.from(in_chunks(pieces)), target, { end: path !== undefined });
    const { session_id } = session.head;
    if (path !== undefined) {
      out.json({ session_id, format, file: path, events: session.events.length });
      out.note(`${session.events.length} events of ${session_id} written to ${file}.`);
    }
    return 0;
  },
};

function format_of(file: string | undefined): Format {
  const format = endings[/\.(\w+)$/.exec(file ?? "")?.[1]?.toLowerCase() ?? ""];
  if (format) return format;
  throw new UsageError(`--format is needed: one of ${formats.join(", ")}`);
}

/** A watch URL says itself where to read; a bare id is looked for where the command line is at home. */
async function find_access(
  { site_url }: SessionName,
  run: Parameters<Command["run"]>[0],
): Promise<ReadAccess> {
  if (site_url !== null) return read_site_config(site_url);
  const place = find_place(run.flags, run);
  const publishable_key = text_flag(run.flags, "publishable-key") ?? place.publishable_key;
  if (publishable_key) return { server: place.server, publishable_key };
  if (place.site_url) return read_site_config(place.site_url);
  throw new UsageError(
    "no publishable key is known: give the watch URL, set KULTI_PUBLISHABLE_KEY, or give --publishable-key",
  );
}

async function export_as(format: Format, session: RecordedSession): Promise<Iterable<string>> {
  switch (format) {
    case "ndjson":
      return export_ndjson(session);
    case "asciicast":
      return export_asciicast(session);
    case "markdown":
      return export_markdown(session);
    case "html":
      return export_html(session, await load_player());
  }
}
