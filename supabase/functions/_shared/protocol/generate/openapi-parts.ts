import { type ErrorCode, errorStatus } from "../errors.ts";
import type { Json } from "./json-schema.ts";

export const schemaRef = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

export const body = (name: string, examples: Record<string, unknown>, required = true): Json => ({
  required,
  content: {
    "application/json": {
      schema: schemaRef(name),
      examples: Object.fromEntries(
        Object.entries(examples).map(([summary, value]) => [
          summary.replaceAll(" ", "_"),
          { summary, value },
        ]),
      ),
    },
  },
});

export const answer = (description: string, schema: Json, example?: unknown): Json => ({
  description,
  content: {
    "application/json": { schema, ...(example === undefined ? {} : { example }) },
  },
});

/** The replies for these refusals: one per status, with its codes. */
export function refusals(...codes: ErrorCode[]): Record<string, Json> {
  const all = [...codes, "internal", "unavailable"] as const;
  const replies: Record<string, Json> = {};
  for (const status of [...new Set(all.map((code) => errorStatus[code]))].toSorted()) {
    const own = all.filter((code) => errorStatus[code] === status);
    replies[status] = {
      ...answer(own.map((code) => `\`${code}\``).join(", "), schemaRef("Error")),
      ...(status === 429 || status === 503 ? { headers: retryAfter } : {}),
    };
  }
  return replies;
}

const retryAfter: Json = {
  "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 0 } },
};

export const bodyErrors = [
  "malformed_json",
  "malformed_body",
  "body_too_large",
  "request_timeout",
  "unsupported_media_type",
  "invalid_request",
] as const satisfies ErrorCode[];

export const keyErrors = ["missing_key", "unknown_key"] as const satisfies ErrorCode[];
