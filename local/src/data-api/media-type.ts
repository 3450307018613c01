/** What the caller accepts. JSON in its three shapes is all that is spoken here. */
import { ApiError } from "./api-error.ts";

export interface MediaType {
  /** One object instead of an array; any other number of rows is an error. */
  single: boolean;
  strip_nulls: boolean;
  content_type: string;
}

const CHARSET = "; charset=utf-8";
const JSON_TYPE: MediaType = {
  single: false,
  strip_nulls: false,
  content_type: `application/json${CHARSET}`,
};
// Media types that PostgREST produces too, so that their refusal can say whose lack it is.
const SPOKEN_BY_POSTGREST = /^(text\/csv|application\/geo\+json|application\/vnd\.pgrst\.plan)/;

export function accepted_media_type(header: string | null): MediaType {
  const wanted = (header ?? "*/*")
    .split(",")
    .map((entry) => ({ entry: entry.trim(), quality: quality_of(entry) }))
    .sort((a, b) => b.quality - a.quality)
    .map(({ entry }) => entry);
  for (const entry of wanted) {
    const found = media_type(entry.toLowerCase());
    if (found) return found;
  }
  const lack = wanted.find((entry) => SPOKEN_BY_POSTGREST.test(entry.toLowerCase()));
  throw new ApiError(
    406,
    "PGRST107",
    `None of these media types are available: ${wanted.join(", ")}`,
    { details: lack ? `The embedded Data API answers JSON only; PostgREST has ${lack}.` : null },
  );
}

function quality_of(entry: string): number {
  return Number(/;\s*q=([\d.]+)/i.exec(entry)?.[1] ?? 1);
}

function media_type(entry: string): MediaType | null {
  const [name = ""] = entry.split(";", 1);
  const strip_nulls = /;\s*nulls="?stripped"?/.test(entry);
  const suffix = strip_nulls ? ";nulls=stripped" : "";
  switch (name.trim()) {
    case "*/*":
    case "application/json":
      return JSON_TYPE;
    case "application/vnd.pgrst.array":
    case "application/vnd.pgrst.array+json":
      if (!strip_nulls) return JSON_TYPE;
      return {
        single: false,
        strip_nulls,
        content_type: `application/vnd.pgrst.array+json${suffix}${CHARSET}`,
      };
    case "application/vnd.pgrst.object":
    case "application/vnd.pgrst.object+json":
      return {
        single: true,
        strip_nulls,
        content_type: `application/vnd.pgrst.object+json${suffix}${CHARSET}`,
      };
    default:
      return null;
  }
}
