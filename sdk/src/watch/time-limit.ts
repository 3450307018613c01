/**
 * A `fetch` whose every wait has an end. The limit is on silence, until the answer begins and between two pieces of it,
 * so that a slow line that still delivers is not given up. A connection that is dead without anybody having said so (a
 * sleeping machine, a lost network address) is otherwise waited for: Node gives up after 300 seconds, browsers never.
 */

/** Milliseconds. */
const default_silence_ms = 10_000;
/** However steadily it trickles. */
const whole_ms = 120_000;

export type Fetch = typeof fetch;

export function with_time_limit(
  request: Fetch = (...asked) => fetch(...asked),
  limit_ms = default_silence_ms,
): Fetch {
  return async (input, init) => {
    const controller = new AbortController();
    const { signal } = controller;
    const given = init?.signal;
    const abort = (): void => controller.abort(given?.reason);
    if (given?.aborted) abort();
    given?.addEventListener("abort", abort, { once: true });
    const give_up = (after_ms: number) => () =>
      controller.abort(new Error(`no answer within ${after_ms} ms`));
    const whole = setTimeout(give_up(whole_ms), whole_ms);
    let silence = setTimeout(give_up(limit_ms), limit_ms);
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(give_up(limit_ms), limit_ms);
    };
    try {
      const ask = async () => whole_answer(await request(input, { ...init, signal }), heard);
      // A fetch that was handed in may not heed the signal.
      return await Promise.race([ask(), when_aborted(signal)]);
    } finally {
      clearTimeout(silence);
      clearTimeout(whole);
      given?.removeEventListener("abort", abort);
    }
  };
}

/** The platform's own. */
export const limited_fetch: Fetch = with_time_limit();

/** The same answer with its body read. */
async function whole_answer(response: Response, heard: () => void): Promise<Response> {
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

const when_aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
