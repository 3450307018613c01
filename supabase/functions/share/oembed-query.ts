import { type Issue, KultiError } from "../_shared/protocol/errors.ts";

export interface OembedQuery {
  url: string;
  /** The largest size that the page has room for, in pixels. */
  maxWidth: number;
  maxHeight: number;
}

/** @throws {KultiError} `not_implemented` for XML, `invalid_request` for a missing url or odd numbers. */
export function parseOembedQuery(query: URLSearchParams): OembedQuery {
  const format = query.get("format") ?? "json";
  if (format !== "json") {
    throw new KultiError(
      "not_implemented",
      'Cannot answer in this format: only "json" is supported.',
    );
  }
  const issues: Issue[] = [];
  const url = query.get("url") ?? "";
  if (url === "") issues.push({ path: "url", message: "is missing" });
  const pixels = (name: string): number => {
    const text = query.get(name);
    if (text === null || text === "") return Number.POSITIVE_INFINITY;
    if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
    issues.push({ path: name, message: "is not a whole number of at least 1 pixel" });
    return 0;
  };
  const [maxWidth, maxHeight] = [pixels("maxwidth"), pixels("maxheight")];
  const [first] = issues;
  if (!first) return { url, maxWidth, maxHeight };
  const message = `Cannot describe the page: ${first.path} ${first.message}.`;
  throw new KultiError("invalid_request", message, { issues });
}
