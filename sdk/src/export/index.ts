/** Exports sessions as files: NDJSON to keep, Markdown to read, asciicast to play, and HTML to replay offline. */
export { exportAsciicast } from "./asciicast.ts";
export { inChunks } from "./chunks.ts";
export { exportHtml, type PageCode } from "./html.ts";
export { exportMarkdown } from "./markdown.ts";
export { exportNdjson } from "./ndjson.ts";
export type { RecordedSession } from "./recorded-session.ts";
