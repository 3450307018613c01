/** Requests from other network addresses: on this machine, any 127.x.y.z is one. */
import { request } from "node:http";
import { createKultiApi } from "kulti/watch";
import { target } from "./target.ts";

/** Whether the target is on this machine, where a caller can choose its address. */
export const canChooseAddress = /^http:\/\/(127\.|localhost)/.test(target.api_url);

/**
 * A `fetch` from `address`, such as 127.0.0.7; the platform's own where no address can be chosen. A test uses an
 * address of its own if limits per address could otherwise make it and another file disturb each other.
 */
export function fetchFrom(address: string): typeof fetch {
  if (!canChooseAddress) return fetch;
  return async (input, init) => {
    const asked = new Request(input, init);
    const body = Buffer.from(await asked.arrayBuffer());
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const sent = request(asked.url, {
      method: asked.method,
      localAddress: address,
      headers: Object.fromEntries(asked.headers),
      signal: asked.signal,
    });
    sent.on("error", reject);
    sent.on("response", (answer) => {
      answer.toArray().then((pieces) => {
        const headers = answer.headers as Record<string, string>;
        const text = Buffer.concat(pieces);
        const status = answer.statusCode ?? 0;
        resolve(new Response(text.length ? text : null, { status, headers }));
      }, reject);
    });
    sent.end(body);
    return await promise;
  };
}

/** The client of viewers, from `address`. */
export const apiFrom = (address: string) =>
  createKultiApi({
    apiUrl: target.api_url,
    publishableKey: target.publishable_key,
    fetch: fetchFrom(address),
  });

/** POSTs JSON, or bytes as they are, to a function from `address`, and returns status, headers and body. */
export async function sendFrom(
  address: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const answer = await fetchFrom(address)(`${target.api_url}/functions/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  });
  const parsed = await answer.json();
  return { status: answer.status, headers: answer.headers, body: parsed, error: parsed.error };
}

/** The status of a GET from `address`. */
export const getFrom = async (
  address: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<number> => (await fetchFrom(address)(url, { headers })).status;
