/** What a viewer takes along: the code that shows the session on another page, and the session as a file. */
import type { Head, Message, StoredEvent } from "@kulti/protocol";
import { type KultiApi, limited_fetch } from "kulti/watch";
import { load_api } from "./config.ts";

export type ExportFormat = "ndjson" | "asciicast" | "markdown" | "html";

interface FileKind {
  ending: string;
  type: string;
}

const kinds: Record<ExportFormat, FileKind> = {
  ndjson: { ending: "ndjson", type: "application/x-ndjson" },
  asciicast: { ending: "cast", type: "application/x-asciicast" },
  markdown: { ending: "md", type: "text/markdown;charset=utf-8" },
  html: { ending: "html", type: "text/html;charset=utf-8" },
};

export interface ExportedFile {
  name: string;
  blob: Blob;
}

export interface ExportOptions {
  session_id: string;
  format: ExportFormat;
  /** How much of the session has been read, from 0 to 1. */
  on_progress?: (part: number) => void;
  signal: AbortSignal;
}

/** All of it is read from the server again, since a long session is never in memory as a whole. */
export async function export_session(options: ExportOptions): Promise<ExportedFile> {
  const { format, session_id } = options;
  const exporting = import("kulti/export");
  // Handled where it is awaited; reading may fail before.
  exporting.catch(() => {});
  const recorded = await read_session(await load_api(), options);
  const { export_asciicast, export_html, export_markdown, export_ndjson, in_chunks } =
    await exporting;
  const writers: Record<ExportFormat, () => Iterable<string> | Promise<Iterable<string>>> = {
    ndjson: () => export_ndjson(recorded),
    asciicast: () => export_asciicast(recorded),
    markdown: () => export_markdown(recorded),
    html: async () => export_html(recorded, await load_offline_player()),
  };
  const { ending, type } = kinds[format];
  const day = recorded.head.started_at.slice(0, 10);
  return {
    name: `${recorded.head.agent_id}-${day}-${session_id.slice(0, 8)}.${ending}`,
    blob: new Blob([...in_chunks(await writers[format]())], { type }),
  };
}

async function read_session(api: KultiApi, options: ExportOptions) {
  const { session_id, on_progress, signal } = options;
  const head: Head = await api.session_head(session_id, signal);
  const events: StoredEvent[] = [];
  for (let seq = 0; seq < head.to_seq; seq = events.at(-1)?.seq ?? 0) {
    const page = await api.session_events(session_id, seq, signal);
    if (page.length === 0) break;
    for (const event of page) events.push(event);
    on_progress?.(Math.min(1, (page.at(-1)?.seq ?? 0) / head.to_seq));
  }
  const messages: Message[] = [];
  for (;;) {
    const page = await api.session_messages(session_id, messages.at(-1)?.seq ?? 0, signal);
    if (page.length === 0) break;
    messages.push(...page);
  }
  return { head, events, messages };
}

async function load_offline_player() {
  const response = await limited_fetch("/offline-player.json");
  if (response.ok) return response.json();
  throw new Error(`Cannot read /offline-player.json: HTTP ${response.status}.`);
}

/** The script tag for other pages; `embed.js` says what else it takes. */
export const embed_code = (site_url: string, agent_id: string, session_id: string): string =>
  `<script async src="${site_url}/embed.js" data-agent="${agent_id}" data-session="${session_id}"></script>`;

/** Hands the file to the browser as a download. */
export function save_file({ name, blob }: ExportedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Once the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
