import { type Issue, KultiError } from "../_shared/protocol/errors.ts";

export interface OembedQuery {
  url: string;
  /** The most that the asking page has room for, in pixels. */
  max_width: number;
  max_height: number;
}

/** @throws {KultiError} `not_implemented` for XML, `invalid_request` for a missing url or odd numbers. */
export function parse_oembed_query(query: URLSearchParams): OembedQuery {
  const format = query.get("format") ?? "json";
  if (format !== "json") {
    throw new KultiError("not_implemented", 'Cannot answer in this format: only "json" is known.');
  }
  const issues: Issue[] = [];
  const url = query.get("url") ?? "";
  if (url === "") issues.push({ path: "url", message: "is missing" });
  const pixels = (name: string): number => {
    const text = query.get(name);
    if (text === null || text === "") return Number.POSITIVE_INFINITY;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    issues.push({ path: name, message: "is no whole number of pixels from 1" });
    return 0;
  };
  const [max_width, max_height] = [pixels("maxwidth"), pixels("maxheight")];
  const [first] = issues;
  if (!first) return { url, max_width, max_height };
  const message = `Cannot describe the page: ${first.path} ${first.message}.`;
  throw new KultiError("invalid_request", message, { issues });
}
