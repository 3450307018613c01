import { deepEqual, match } from "node:assert/strict";
import { cpuUsage } from "node:process";

import {
  discardRest,
  inflate,
  type ReadOptions,
  readJson,
  readOptionalJson,
  releaseBody,
} from "./body.ts";
import { jsonDepthLimit, jsonKeysLimit, jsonValuesLimit, shapeProblem } from "./json-shape.ts";
import { refused } from "./testing.ts";

const limit = 1_000;
const stranger = { agentId: null, network: null };
const limited = { limitBytes: limit, sender: stranger };

function post(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://kulti.test/ingest", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** As `readJson`, with the bytes released at once. */
async function read(request: Request, options: ReadOptions): Promise<unknown> {
  try {
    return await readJson(request, options);
  } finally {
    releaseBody(request);
  }
}

const gzipped = { "content-encoding": "gzip" };

const refusal = (request: Request) => refused(read(request, limited));

Deno.test("readJson reads plain and gzipped JSON", async () => {
  deepEqual(await read(post('{"a":"ü"}'), limited), { a: "ü" });
  deepEqual(await read(post(await gzip('{"a":"ü"}'), gzipped), limited), { a: "ü" });
});

Deno.test("readJson accepts every JSON media type and a missing one", async () => {
  for (const type of ["application/json; charset=utf-8", "application/ld+json", "text/plain", ""]) {
    deepEqual(await read(post("[1]", { "content-type": type }), limited), [1]);
  }
});

Deno.test("readJson rejects other media types and encodings", async () => {
  for (const headers of [
    { "content-type": "application/x-www-form-urlencoded" },
    { "content-type": "multipart/form-data; boundary=x" },
    { "content-type": "text/html" },
    { "content-encoding": "br" },
    { "content-encoding": "gzip, gzip" },
  ] as Record<string, string>[]) {
    deepEqual((await refusal(post("{}", headers))).code, "unsupported_media_type");
  }
});

Deno.test("readJson accepts a body of the limit's size and rejects one byte more", async () => {
  const text = JSON.stringify("x".repeat(limit - 2));
  deepEqual(await read(post(text), limited), "x".repeat(limit - 2));
  const error = await refusal(post(`${text} `));
  deepEqual(error.code, "body_too_large");
  deepEqual(error.issues?.[0]?.limit, limit);
  deepEqual((await refusal(post(await gzip(`${text} `), gzipped))).code, "body_too_large");
});

function endless(): { stream: ReadableStream; sent: () => number; isCancelled: () => boolean } {
  let sent = 0;
  let isCancelled = false;
  const stream = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
    cancel() {
      isCancelled = true;
    },
  });
  return { stream, sent: () => sent, isCancelled: () => isCancelled };
}

Deno.test("readJson stops reading a stream without a length at the limit", async () => {
  const { stream, sent } = endless();
  deepEqual(
    (await refused(read(post(stream), { ...limited, limitBytes: 1_000_000 }))).code,
    "body_too_large",
  );
  deepEqual(sent() < 1_200_000, true, `${sent()} bytes were taken`);
});

Deno.test("discardRest reads the rest of a body, up to a limit", async () => {
  const { stream, sent, isCancelled } = endless();
  const request = post(stream);
  await refused(read(request, limited));
  await discardRest(request);
  deepEqual(isCancelled(), true);
  deepEqual(sent() > 16_000_000 && sent() < 17_000_000, true, `${sent()} bytes were taken`);
});

Deno.test("discardRest does not wait long for a caller who stopped sending", async () => {
  let isCancelled = false;
  const silent = new ReadableStream({
    cancel() {
      isCancelled = true;
    },
  });
  // The wait alone does not keep a process alive.
  const alive = setTimeout(() => {}, 10_000);
  await discardRest(post(silent));
  clearTimeout(alive);
  deepEqual(isCancelled, true);
});

Deno.test("discardRest ignores a body that was read or has failed", async () => {
  const taken = post("{}");
  await read(taken, limited);
  await discardRest(taken);
  const broken = new ReadableStream({
    start: (controller) => controller.error(new Error("reset")),
  });
  await discardRest(post(broken));
  await discardRest(post(null));
});

Deno.test("readJson stops a gzip bomb", async () => {
  const bomb = await gzip("0".repeat(64_000_000));
  const error = await refused(read(post(bomb, gzipped), { ...limited, limitBytes: 1_000_000 }));
  deepEqual([error.code, error.issues?.[0]?.limit], ["body_too_large", 1_000_000]);
});

Deno.test("inflate yields a bomb in chunks of a few megabytes", async () => {
  const bomb = await gzip("0".repeat(64_000_000));
  const sizes = (await Array.fromAsync(inflate(ReadableStream.from([bomb])))).map(
    (chunk) => chunk.length,
  );
  deepEqual(
    sizes.reduce((sum, size) => sum + size, 0),
    64_000_000,
  );
  deepEqual(
    Math.max(...sizes) < 9_000_000,
    true,
    `the largest chunk has ${Math.max(...sizes)} bytes`,
  );
});

Deno.test("readJson rejects gzip that is truncated, corrupt or followed by more", async () => {
  const whole = await gzip('{"a":1}');
  const garbled = whole.slice();
  garbled[garbled.length - 6] ^= 1;
  for (const bytes of [
    whole.slice(0, -3),
    whole.slice(0, 11),
    garbled,
    new Uint8Array([...whole, ...whole]),
    new TextEncoder().encode('{"a":1}'),
    new Uint8Array(),
  ]) {
    deepEqual((await refusal(post(bytes, gzipped))).code, "malformed_body");
  }
});

Deno.test("readJson rejects a body that ends early", async () => {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":'));
      controller.error(new TypeError("connection reset"));
    },
  });
  deepEqual((await refusal(post(broken))).code, "malformed_body");
});

Deno.test("readJson rejects invalid UTF-8", async () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3],
  ]) {
    deepEqual((await refusal(post(new Uint8Array(bytes)))).code, "malformed_body");
  }
});

Deno.test("readJson rejects bad JSON without quoting it", async () => {
  for (const text of ['{"key": klt_secret}', "", "  ", "{}x", '{"a":01}', "NaN"]) {
    const error = await refusal(post(text));
    deepEqual(error.code, "malformed_json");
    deepEqual(error.message.includes("klt_secret"), false);
  }
  deepEqual((await refusal(post(null))).code, "malformed_json");
});

Deno.test("readJson accepts JSON as deep as the limit and rejects deeper", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  await read(post(nested(jsonDepthLimit)), { ...limited, limitBytes: 2_000 });
  const error = await refused(
    read(post(nested(jsonDepthLimit + 1)), { ...limited, limitBytes: 2_000 }),
  );
  deepEqual([error.code, error.issues?.[0]?.limit], ["invalid_request", jsonDepthLimit]);
  const inAString = JSON.stringify({ a: `\\"${"[".repeat(600)}` });
  deepEqual(await read(post(inAString), { ...limited, limitBytes: 2_000 }), JSON.parse(inAString));
});

const mb = { limitBytes: 4_194_304, sender: stranger };

async function problemOf(json: string) {
  const { code, issues } = await refused(read(post(json), mb));
  return [code, issues?.[0]?.limit];
}

Deno.test("readJson rejects an object of too many keys, and accepts a list of as many items", async () => {
  const keys = (count: number) =>
    `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join(",")}}`;
  await read(post(keys(jsonKeysLimit)), mb);
  await read(post(`[${keys(jsonKeysLimit)},${keys(jsonKeysLimit)}]`), mb);
  await read(post(JSON.stringify(Array(jsonKeysLimit + 1).fill(0))), mb);
  const expected = ["body_too_large", jsonKeysLimit];
  deepEqual(await problemOf(keys(jsonKeysLimit + 1)), expected);
  deepEqual(await problemOf(`{"a":[{"b":[0,0]},${keys(jsonKeysLimit + 1)}]}`), expected);
});

Deno.test("readJson rejects a body of too many values of any kind", async () => {
  const list = (item: string, count: number) => `[${Array(count).fill(item).join(",")}]`;
  for (const item of ["0", '""', "[]", "{}", '"a,b[{"']) {
    await read(post(list(item, jsonValuesLimit - 1)), mb);
    deepEqual(await problemOf(list(item, jsonValuesLimit)), ["body_too_large", jsonValuesLimit]);
  }
  deepEqual(await problemOf(list('{"a":[0,0,0]}', jsonValuesLimit / 4)), [
    "body_too_large",
    jsonValuesLimit,
  ]);
});

Deno.test("shapeProblem stops at the limit, and reads any text once", () => {
  const scansMs = (text: string, times: number): number => {
    const before = cpuUsage();
    for (let scan = 0; scan < times; scan++) shapeProblem(text);
    const { user, system } = cpuUsage(before);
    return (user + system) / 1_000;
  };
  const wholeMs = scansMs(`["${"x".repeat(4_000_000)}"]`, 20);
  for (const [text, problem] of [
    ["[".repeat(4_000_000), "depth"],
    ['{"a":'.repeat(800_000), "depth"],
    [",".repeat(4_000_000), "values"],
    [`{${",".repeat(4_000_000)}`, "keys"],
  ] as const) {
    deepEqual(shapeProblem(text), problem);
    const tookMs = scansMs(text, 20);
    deepEqual(tookMs < wholeMs / 2 + 20, true, `${tookMs} ms, a whole text ${wholeMs} ms`);
  }
  for (const text of ["]", '"', "\\", "[]", '"\\']) {
    deepEqual(shapeProblem(text.repeat(4_000_000 / text.length)), null);
    const tookMs = scansMs(text.repeat(4_000_000 / text.length), 4);
    deepEqual(tookMs < 4 * wholeMs + 100, true, `${tookMs} ms, a whole text ${wholeMs} ms`);
  }
});

Deno.test("readJson leaves invalid JSON to the parser", async () => {
  deepEqual((await refusal(post("]".repeat(900)))).code, "malformed_json");
});

const paced = {
  ...limited,
  limitBytes: 100_000,
  pace: { windowMs: 300, windowBytes: 50, totalMs: 1_000 },
};

/** A body that sends `bytes` spaces every 20 ms, for ever or until it has sent enough. */
function trickle(bytes: number, pieces = Number.POSITIVE_INFINITY): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      if (pieces-- <= 0) return controller.close();
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.enqueue(new Uint8Array(bytes).fill(0x20));
    },
  });
}

Deno.test("readJson gives up on a slow body, and accepts one that keeps the pace", async () => {
  const slow = await refused(read(post(trickle(1)), paced));
  deepEqual(slow.code, "request_timeout");
  match(
    slow.message,
    /^Cannot accept the body: it came too slowly, \d+ bytes in 300 ms, .* 50 must/,
  );
  const silent = await refused(read(post(new ReadableStream({})), paced));
  deepEqual(silent.code, "request_timeout");
  const long = await refused(read(post(trickle(500)), paced));
  match(long.message, /did not arrive within 1,000 ms/);
  // The positive control: slower than a window's bytes, but at its end in time.
  deepEqual((await refused(read(post(trickle(2, 2)), paced))).code, "malformed_json");
  deepEqual((await refused(read(post(trickle(500, 20)), paced))).code, "malformed_json");
});

Deno.test("readJson rejects a body sent byte by byte", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array([0x20])),
  });
  deepEqual((await refused(read(post(body), mb))).code, "malformed_body");
});

Deno.test("readJson keeps the bytes and not the buffers that held them", async () => {
  let left = 8_000;
  const body = new ReadableStream({
    pull(controller) {
      if (left-- === 0) return controller.close();
      controller.enqueue(new Uint8Array(65_536).fill(0x20).subarray(0, 1));
    },
  });
  const before = Deno.memoryUsage().rss;
  await refused(read(post(body), mb));
  const grown = Deno.memoryUsage().rss - before;
  deepEqual(grown < 250_000_000, true, `grew by ${grown} bytes`);
});

Deno.test("readJson holds an agent's bytes until the body is released", async () => {
  const body = () => post(JSON.stringify("x".repeat(3_000_000)));
  const of = (agentId: string) => ({ ...mb, sender: { agentId, network: null } });
  const first = body();
  await readJson(first, of("ada"));
  deepEqual((await refused(readJson(body(), of("ada")))).code, "unavailable");
  await readJson(body(), of("bob"));
  await readJson(post("{}"), of("ada"));
  releaseBody(first);
  const second = body();
  await readJson(second, of("ada"));
  releaseBody(second);
});

Deno.test("readOptionalJson returns null without a body", async () => {
  deepEqual(await readOptionalJson(post(null), limited), null);
  deepEqual(await readOptionalJson(post("{}"), limited), {});
});
