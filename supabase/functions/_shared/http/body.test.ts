import { deepEqual, match } from "node:assert/strict";
import { cpuUsage } from "node:process";

import {
  discard_rest,
  inflate,
  type ReadOptions,
  read_json,
  read_optional_json,
  release_body,
} from "./body.ts";
import {
  json_depth_limit,
  json_keys_limit,
  json_values_limit,
  shape_problem,
} from "./json-shape.ts";
import { refused } from "./testing.ts";

const limit = 1_000;
const limited = { limit_bytes: limit };

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

/** As `read_json`, with the bytes released at once. */
async function read(request: Request, options: ReadOptions): Promise<unknown> {
  try {
    return await read_json(request, options);
  } finally {
    release_body(request);
  }
}

const gzipped = { "content-encoding": "gzip" };

const refusal = (request: Request) => refused(read(request, limited));

Deno.test("read_json reads plain and gzipped JSON", async () => {
  deepEqual(await read(post('{"a":"ü"}'), limited), { a: "ü" });
  deepEqual(await read(post(await gzip('{"a":"ü"}'), gzipped), limited), { a: "ü" });
});

Deno.test("read_json takes JSON by any of its names and unnamed", async () => {
  for (const type of ["application/json; charset=utf-8", "application/ld+json", "text/plain", ""]) {
    deepEqual(await read(post("[1]", { "content-type": type }), limited), [1]);
  }
});

Deno.test("read_json refuses other media types and encodings", async () => {
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

Deno.test("read_json takes a body of the limit's size and refuses one byte more", async () => {
  const text = JSON.stringify("x".repeat(limit - 2));
  deepEqual(await read(post(text), limited), "x".repeat(limit - 2));
  const error = await refusal(post(`${text} `));
  deepEqual(error.code, "body_too_large");
  deepEqual(error.issues?.[0]?.limit, limit);
  deepEqual((await refusal(post(await gzip(`${text} `), gzipped))).code, "body_too_large");
});

function endless(): { stream: ReadableStream; sent: () => number; is_cancelled: () => boolean } {
  let sent = 0;
  let is_cancelled = false;
  const stream = new ReadableStream({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536).fill(0x20));
    },
    cancel() {
      is_cancelled = true;
    },
  });
  return { stream, sent: () => sent, is_cancelled: () => is_cancelled };
}

Deno.test("read_json stops reading a stream without a length at the limit", async () => {
  const { stream, sent } = endless();
  deepEqual((await refused(read(post(stream), { limit_bytes: 1_000_000 }))).code, "body_too_large");
  deepEqual(sent() < 1_200_000, true, `${sent()} bytes were taken`);
});

Deno.test("discard_rest takes what is left of a body, up to a bound", async () => {
  const { stream, sent, is_cancelled } = endless();
  const request = post(stream);
  await refused(read(request, limited));
  await discard_rest(request);
  deepEqual(is_cancelled(), true);
  deepEqual(sent() > 16_000_000 && sent() < 17_000_000, true, `${sent()} bytes were taken`);
});

Deno.test("discard_rest does not wait long for a caller who stopped sending", async () => {
  let is_cancelled = false;
  const silent = new ReadableStream({
    cancel() {
      is_cancelled = true;
    },
  });
  // The wait alone does not keep a process alive.
  const alive = setTimeout(() => {}, 10_000);
  await discard_rest(post(silent));
  clearTimeout(alive);
  deepEqual(is_cancelled, true);
});

Deno.test("discard_rest leaves a body alone that was read or breaks off", async () => {
  const taken = post("{}");
  await read(taken, limited);
  await discard_rest(taken);
  const broken = new ReadableStream({
    start: (controller) => controller.error(new Error("reset")),
  });
  await discard_rest(post(broken));
  await discard_rest(post(null));
});

Deno.test("read_json stops a gzip bomb", async () => {
  const bomb = await gzip("0".repeat(64_000_000));
  const error = await refused(read(post(bomb, gzipped), { limit_bytes: 1_000_000 }));
  deepEqual([error.code, error.issues?.[0]?.limit], ["body_too_large", 1_000_000]);
});

Deno.test("inflate hands out a bomb in chunks of a few megabytes", async () => {
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

Deno.test("read_json refuses gzip that is cut off, garbled or followed by more", async () => {
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

Deno.test("read_json refuses a body that breaks off", async () => {
  const broken = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":'));
      controller.error(new TypeError("connection reset"));
    },
  });
  deepEqual((await refusal(post(broken))).code, "malformed_body");
});

Deno.test("read_json refuses what is no UTF-8", async () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22],
    [0x22, 0xc3],
  ]) {
    deepEqual((await refusal(post(new Uint8Array(bytes)))).code, "malformed_body");
  }
});

Deno.test("read_json refuses bad JSON without quoting it", async () => {
  for (const text of ['{"key": klt_secret}', "", "  ", "{}x", '{"a":01}', "NaN"]) {
    const error = await refusal(post(text));
    deepEqual(error.code, "malformed_json");
    deepEqual(error.message.includes("klt_secret"), false);
  }
  deepEqual((await refusal(post(null))).code, "malformed_json");
});

Deno.test("read_json takes JSON as deep as the limit and refuses deeper", async () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  await read(post(nested(json_depth_limit)), { limit_bytes: 2_000 });
  const error = await refused(read(post(nested(json_depth_limit + 1)), { limit_bytes: 2_000 }));
  deepEqual([error.code, error.issues?.[0]?.limit], ["invalid_request", json_depth_limit]);
  const in_a_string = JSON.stringify({ a: `\\"${"[".repeat(600)}` });
  deepEqual(await read(post(in_a_string), { limit_bytes: 2_000 }), JSON.parse(in_a_string));
});

const mb = { limit_bytes: 4_194_304 };

async function problem_of(json: string) {
  const { code, issues } = await refused(read(post(json), mb));
  return [code, issues?.[0]?.limit];
}

Deno.test("read_json refuses an object of too many keys, and a list of as many items is none", async () => {
  const keys = (count: number) =>
    `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join(",")}}`;
  await read(post(keys(json_keys_limit)), mb);
  await read(post(`[${keys(json_keys_limit)},${keys(json_keys_limit)}]`), mb);
  await read(post(JSON.stringify(Array(json_keys_limit + 1).fill(0))), mb);
  const expected = ["body_too_large", json_keys_limit];
  deepEqual(await problem_of(keys(json_keys_limit + 1)), expected);
  deepEqual(await problem_of(`{"a":[{"b":[0,0]},${keys(json_keys_limit + 1)}]}`), expected);
});

Deno.test("read_json refuses a body of too many values, whatever they are", async () => {
  const list = (item: string, count: number) => `[${Array(count).fill(item).join(",")}]`;
  for (const item of ["0", '""', "[]", "{}", '"a,b[{"']) {
    await read(post(list(item, json_values_limit - 1)), mb);
    deepEqual(await problem_of(list(item, json_values_limit)), [
      "body_too_large",
      json_values_limit,
    ]);
  }
  deepEqual(await problem_of(list('{"a":[0,0,0]}', json_values_limit / 4)), [
    "body_too_large",
    json_values_limit,
  ]);
});

Deno.test("shape_problem stops where it is too much, and reads any text once", () => {
  const scans_ms = (text: string, times: number): number => {
    const before = cpuUsage();
    for (let scan = 0; scan < times; scan++) shape_problem(text);
    const { user, system } = cpuUsage(before);
    return (user + system) / 1_000;
  };
  const whole_ms = scans_ms(`["${"x".repeat(4_000_000)}"]`, 20);
  for (const [text, problem] of [
    ["[".repeat(4_000_000), "depth"],
    ['{"a":'.repeat(800_000), "depth"],
    [",".repeat(4_000_000), "values"],
    [`{${",".repeat(4_000_000)}`, "keys"],
  ] as const) {
    deepEqual(shape_problem(text), problem);
    const took_ms = scans_ms(text, 20);
    deepEqual(took_ms < whole_ms / 2 + 20, true, `${took_ms} ms, a whole text ${whole_ms} ms`);
  }
  for (const text of ["]", '"', "\\", "[]", '"\\']) {
    deepEqual(shape_problem(text.repeat(4_000_000 / text.length)), null);
    const took_ms = scans_ms(text.repeat(4_000_000 / text.length), 4);
    deepEqual(took_ms < 4 * whole_ms + 100, true, `${took_ms} ms, a whole text ${whole_ms} ms`);
  }
});

Deno.test("read_json leaves text that is no JSON to the parser", async () => {
  deepEqual((await refusal(post("]".repeat(900)))).code, "malformed_json");
});

const paced = { limit_bytes: 100_000, pace: { window_ms: 300, window_bytes: 50, total_ms: 1_000 } };

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

Deno.test("read_json gives a slow body up, and takes one that keeps the pace", async () => {
  const slow = await refused(read(post(trickle(1)), paced));
  deepEqual(slow.code, "request_timeout");
  match(slow.message, /^Cannot take the body: it came too slowly, \d+ bytes in 300 ms, .* 50 must/);
  const silent = await refused(read(post(new ReadableStream({})), paced));
  deepEqual(silent.code, "request_timeout");
  const long = await refused(read(post(trickle(500)), paced));
  match(long.message, /did not arrive within 1,000 ms/);
  // The positive control: slower than a window's bytes, but at its end in time.
  deepEqual((await refused(read(post(trickle(2, 2)), paced))).code, "malformed_json");
  deepEqual((await refused(read(post(trickle(500, 20)), paced))).code, "malformed_json");
});

Deno.test("read_json refuses a body of a piece for each byte", async () => {
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array([0x20])),
  });
  deepEqual((await refused(read(post(body), mb))).code, "malformed_body");
});

Deno.test("read_json keeps the bytes and not the buffers that they came in", async () => {
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

Deno.test("read_json holds an agent's bytes until the body is released", async () => {
  const body = () => post(JSON.stringify("x".repeat(3_000_000)));
  const of_owner = { ...mb, owner: "ada" };
  const first = body();
  await read_json(first, of_owner);
  deepEqual((await refused(read_json(body(), of_owner))).code, "unavailable");
  await read_json(body(), { ...mb, owner: "bob" });
  await read_json(post("{}"), of_owner);
  release_body(first);
  const second = body();
  await read_json(second, of_owner);
  release_body(second);
});

Deno.test("read_optional_json answers null for no body", async () => {
  deepEqual(await read_optional_json(post(null), limited), null);
  deepEqual(await read_optional_json(post("{}"), limited), {});
});
