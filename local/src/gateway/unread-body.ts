/**
 * Refusals that come before the whole body. Reading and dropping the rest would let a caller without a key keep the
 * gateway busy: twelve who posted 8 MB each raised the p50 of everybody else from 11 to 196 ms.
 */
import type { IncomingMessage } from "node:http";

/** Closing a connection with unread bytes resets it, so the caller first gets this long to read the answer. */
const lingerMs = 1_000;

/** The same response; if it is a refusal, and the body is still arriving, the connection ends with it. */
export async function leaveUnread(
  response: Response,
  incoming: IncomingMessage,
): Promise<Response> {
  if (incoming.complete || response.status < 400) return response;
  const answer = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  // The caller has the whole answer before the stream ends.
  headers.set("content-length", String(answer.length));
  const { status, statusText } = response;
  if (answer.length === 0) return new Response(null, { status, statusText, headers });
  return new Response(lingering(answer, incoming), { status, statusText, headers });
}

function lingering(answer: Uint8Array, incoming: IncomingMessage): ReadableStream {
  let stop = () => {};
  return new ReadableStream({
    start(controller) {
      controller.enqueue(answer);
      const end = () => {
        stop();
        controller.close();
      };
      const timer = setTimeout(end, lingerMs);
      incoming.once("close", end);
      stop = () => {
        clearTimeout(timer);
        incoming.off("close", end);
      };
    },
    cancel: () => stop(),
  });
}
