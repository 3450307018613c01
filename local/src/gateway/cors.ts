/**
 * CORS of the Data API and Realtime: any origin, any headers. Functions answer preflights themselves, as on Supabase.
 */
const methods = "GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT";
const exposed =
  "Content-Encoding, Content-Location, Content-Range, Content-Type, Date, Location, Server, Transfer-Encoding, Range-Unit";

export function preflight(request: Request): Response | undefined {
  const asks = request.headers.has("access-control-request-method");
  if (request.method !== "OPTIONS" || !request.headers.has("origin") || !asks) return undefined;
  const headers = new Headers({
    "access-control-allow-origin": "*",
    "access-control-allow-methods": methods,
    "access-control-max-age": "86400",
  });
  const asked = request.headers.get("access-control-request-headers");
  if (asked !== null) headers.set("access-control-allow-headers", asked);
  return new Response(null, { status: 200, headers });
}

export function openToAll(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set("access-control-allow-origin", "*");
  if (!headers.has("access-control-expose-headers")) {
    headers.set("access-control-expose-headers", exposed);
  }
  return new Response(response.body, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}
