import { type ErrorBody, errorStatus, type KultiError } from "../protocol/errors.ts";

/**
 * Pages of any origin may call: agents send a key in a header, which a foreign page does not have, and nothing reads a
 * cookie.
 */
export const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "retry-after, x-request-id",
} as const;

const allowedHeaders =
  "authorization, apikey, content-type, content-encoding, x-client-info, x-kulti-key";

/** A JSON reply. It can contain keys and chat, so nothing may cache it. */
export function reply(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

/** The response to a browser's preflight OPTIONS request. */
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

/** A refusal in the contract's form: the error body, and the headers of its status. */
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
