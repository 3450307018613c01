/** The media type that the caller accepts: JSON in its three shapes. */
import { ApiError } from "./api-error.ts";

export interface MediaType {
  /** One object instead of an array; any other number of rows is an error. */
  single: boolean;
  stripNulls: boolean;
  contentType: string;
}

const charset = "; charset=utf-8";
const jsonType: MediaType = {
  single: false,
  stripNulls: false,
  contentType: `application/json${charset}`,
};
// PostgREST can also produce these, so the refusal says that only this API lacks them.
const spokenByPostgrest = /^(text\/csv|application\/geo\+json|application\/vnd\.pgrst\.plan)/;

export function acceptedMediaType(header: string | null): MediaType {
  const wanted = (header ?? "*/*")
    .split(",")
    .map((entry) => ({ entry: entry.trim(), quality: qualityOf(entry) }))
    .sort((a, b) => b.quality - a.quality)
    .map(({ entry }) => entry);
  for (const entry of wanted) {
    const found = mediaType(entry.toLowerCase());
    if (found) return found;
  }
  const lack = wanted.find((entry) => spokenByPostgrest.test(entry.toLowerCase()));
  throw new ApiError(
    406,
    "PGRST107",
    `None of these media types are available: ${wanted.join(", ")}`,
    { details: lack ? `The embedded Data API answers JSON only; PostgREST has ${lack}.` : null },
  );
}

function qualityOf(entry: string): number {
  return Number(/;\s*q=([\d.]+)/i.exec(entry)?.[1] ?? 1);
}

function mediaType(entry: string): MediaType | null {
  const [name = ""] = entry.split(";", 1);
  const stripNulls = /;\s*nulls="?stripped"?/.test(entry);
  const suffix = stripNulls ? ";nulls=stripped" : "";
  switch (name.trim()) {
    case "*/*":
    case "application/json":
      return jsonType;
    case "application/vnd.pgrst.array":
    case "application/vnd.pgrst.array+json":
      if (!stripNulls) return jsonType;
      return {
        single: false,
        stripNulls,
        contentType: `application/vnd.pgrst.array+json${suffix}${charset}`,
      };
    case "application/vnd.pgrst.object":
    case "application/vnd.pgrst.object+json":
      return {
        single: true,
        stripNulls,
        contentType: `application/vnd.pgrst.object+json${suffix}${charset}`,
      };
    default:
      return null;
  }
}
