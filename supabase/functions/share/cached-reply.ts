import { encodeBase64Url } from "@std/encoding/base64url.js";

/** 200 with the body, or 304 for a caller that has it already. */
export async function cachedReply(
  request: Request,
  body: string,
  contentType: string,
  maxAgeS: number,
): Promise<Response> {
  const bytes = new TextEncoder().encode(body);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const etag = `"${encodeBase64Url(digest).slice(0, 22)}"`;
  const headers = {
    etag,
    "cache-control": `public, max-age=${maxAgeS}, must-revalidate`,
    "content-type": contentType,
    // Opened on its own, a picture may load and run nothing.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "cross-origin",
  };
  const known = (request.headers.get("if-none-match") ?? "").split(",");
  const isKnown = known.some((tag) => tag.trim().replace(/^W\//, "") === etag);
  return isKnown
    ? new Response(null, { status: 304, headers })
    : new Response(bytes, { status: 200, headers });
}
