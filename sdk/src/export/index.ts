/** Sessions as files: to keep (NDJSON), to read (Markdown), to play in asciinema, and as one page that replays offline. */
export { export_asciicast } from "./asciicast.ts";
export { in_chunks } from "./chunks.ts";
export { export_html, type OfflinePlayer } from "./html.ts";
export { export_markdown } from "./markdown.ts";
export { export_ndjson } from "./ndjson.ts";
export type { RecordedSession } from "./session.ts";
