import { type ErrorBody, errorStatus, type KultiError } from "../protocol/errors.ts";

/**
 * Pages of any origin may call: agents prove themselves by a key in a header, which a foreign page does not have, and
 * no cookie is ever read.
 */
export const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after, x-request-id",
} as const;

const allowedHeaders =
  "authorization, apikey, content-type, content-encoding, x-client-info, x-kulti-key";

/** A JSON reply. Keys and chat pass here, so nothing may be cached on the way. */
export function reply(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

/** The answer to the OPTIONS request by which a browser asks whether it may send the real one. */
export function preflightReply(methods: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": methods,
      "access-control-allow-headers": allowedHeaders,
      "access-control-max-age": "86400",
    },
  });
}

/** A refusal as the contract has it: the error body, and the headers that belong to its status. */
export function errorReply(error: KultiError, requestId: string): Response {
  const { code, message, issues, retryAfterS } = error;
  const body: ErrorBody = {
    error: { code, message, ...(issues?.length ? { issues } : {}), request_id: requestId },
  };
  const response = reply(errorStatus[code], body);
  if (retryAfterS !== undefined) {
    response.headers.set("retry-after", String(Math.max(1, Math.ceil(retryAfterS))));
  }
  if (response.status === 401) response.headers.set("www-authenticate", 'Bearer realm="kulti"');
  return response;
}
