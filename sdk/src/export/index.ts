/** Sessions as files: to keep (NDJSON), to read (Markdown), to play in asciinema, and as one page that replays offline. */
export { exportAsciicast } from "./asciicast.ts";
export { inChunks } from "./chunks.ts";
export { exportHtml, type PageCode } from "./html.ts";
export { exportMarkdown } from "./markdown.ts";
export { exportNdjson } from "./ndjson.ts";
export type { RecordedSession } from "./recorded-session.ts";
