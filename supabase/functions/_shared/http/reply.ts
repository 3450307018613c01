import { type ErrorBody, error_status, type KultiError } from "../protocol/errors.ts";

/**
 * Pages of any origin may call: agents prove themselves by a key in a header, which a foreign page does not have, and
 * no cookie is ever read.
 */
export const cors_headers = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after, x-request-id",
} as const;

const allowed_headers =
  "authorization, apikey, content-type, content-encoding, x-client-info, x-kulti-key";

/** A JSON reply. Keys and chat pass here, so nothing may be cached on the way. */
export function reply(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

/** The answer to the OPTIONS request by which a browser asks whether it may send the real one. */
export function preflight_reply(methods: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": methods,
      "access-control-allow-headers": allowed_headers,
      "access-control-max-age": "86400",
    },
  });
}

/** A refusal as the contract has it: the error body, and the headers that belong to its status. */
export function error_reply(error: KultiError, request_id: string): Response {
  const { code, message, issues, retry_after_s } = error;
  const body: ErrorBody = {
    error: { code, message, ...(issues?.length ? { issues } : {}), request_id },
  };
  const response = reply(error_status[code], body);
  if (retry_after_s !== undefined) {
    response.headers.set("retry-after", String(Math.max(1, Math.ceil(retry_after_s))));
  }
  if (response.status === 401) response.headers.set("www-authenticate", 'Bearer realm="kulti"');
  return response;
}
