/**
 * A `fetch` with a limit on every wait. The limit is on silence, before the answer and between two pieces of it, so a
 * slow line that still delivers may continue. Without it a silently dead connection (a sleeping machine, a lost network
 * address) blocks for long: Node gives up after 300 seconds, browsers never.
 */

/** Milliseconds. */
const defaultSilenceMs = 10_000;
/** The limit for the whole answer, however steadily it arrives. */
const wholeMs = 120_000;

export type Fetch = typeof fetch;

export function withTimeLimit(
  request: Fetch = (...asked) => fetch(...asked),
  limitMs = defaultSilenceMs,
): Fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const { signal } = controller;
    const given = init?.signal;
    const abort = (): void => controller.abort(given?.reason);
    if (given?.aborted) abort();
    given?.addEventListener("abort", abort, { once: true });
    const giveUp = (afterMs: number) => () =>
      controller.abort(new Error(`no answer within ${afterMs} ms`));
    const whole = setTimeout(giveUp(wholeMs), wholeMs);
    let silence = setTimeout(giveUp(limitMs), limitMs);
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(giveUp(limitMs), limitMs);
    };
    try {
      const ask = async () => wholeAnswer(await request(input, { ...init, signal }), heard);
      // A caller's own fetch may ignore the signal.
      return await Promise.race([ask(), whenAborted(signal)]);
    } finally {
      clearTimeout(silence);
      clearTimeout(whole);
      given?.removeEventListener("abort", abort);
    }
  };
}

/** The platform's own. */
export const limitedFetch: Fetch = withTimeLimit();

/** The same answer with its body read. */
async function wholeAnswer(response: Response, heard: () => void): Promise<Response> {
  heard();
  if (!response.body) return response;
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    pieces.push(read.value);
    heard();
  }
  const { status, statusText, headers } = response;
  const body = pieces.length === 1 ? pieces[0] : new Blob(pieces);
  return new Response(body ?? null, { status, statusText, headers });
}

const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
