/** The code that shows the session on another page, and the session as a file. */
import { limitedFetch, readSession } from "kulti/watch";
import { loadApi } from "./config.ts";

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
  sessionId: string;
  format: ExportFormat;
  /** How much of the session has been read, from 0 to 1. */
  onProgress?: (part: number) => void;
  signal: AbortSignal;
}

/** Reads the whole session from the server again: a long one is never in memory as a whole. */
export async function exportSession(options: ExportOptions): Promise<ExportedFile> {
  const { format, sessionId, onProgress, signal } = options;
  const exporting = import("kulti/export");
  // The `await` below handles the rejection, but reading may fail first.
  exporting.catch(() => {});
  const recorded = await readSession(await loadApi(), sessionId, {
    signal,
    ...(onProgress && { onProgress }),
  });
  const { exportAsciicast, exportHtml, exportMarkdown, exportNdjson, inChunks } = await exporting;
  const writers: Record<ExportFormat, () => Iterable<string> | Promise<Iterable<string>>> = {
    ndjson: () => exportNdjson(recorded),
    asciicast: () => exportAsciicast(recorded),
    markdown: () => exportMarkdown(recorded),
    html: async () => exportHtml(recorded, await fetchPageCode()),
  };
  const { ending, type } = kinds[format];
  const day = recorded.head.started_at.slice(0, 10);
  return {
    name: `${recorded.head.agent_id}-${day}-${sessionId.slice(0, 8)}.${ending}`,
    blob: new Blob([...inChunks(await writers[format]())], { type }),
  };
}

async function fetchPageCode() {
  const response = await limitedFetch("/export-page.json");
  if (response.ok) return response.json();
  throw new Error(`Cannot read /export-page.json: HTTP ${response.status}.`);
}

/** The script tag for other pages; `embed.js` lists its attributes. */
export const embedCode = (siteUrl: string, agentId: string, sessionId: string): string =>
  `<script async src="${siteUrl}/embed.js" data-agent="${agentId}" data-session="${sessionId}"></script>`;

/** Hands the file to the browser as a download. */
export function saveFile({ name, blob }: ExportedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Only after the browser has read it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
