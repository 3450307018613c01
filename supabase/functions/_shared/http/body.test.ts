import { deepEqual } from "node:assert/strict";

import { discard_rest, inflate, read_json, read_optional_json } from "./body.ts";
import { json_depth_limit } from "./depth.ts";
import { refused } from "./testing.ts";

const limit = 1_000;

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

const gzipped = { "content-encoding": "gzip" };

const refusal = (request: Request) => refused(read_json(request, limit));

Deno.test("read_json reads plain and gzipped JSON", async () => {
  deepEqual(await read_json(post('{"a":"ü"}'), limit), { a: "ü" });
  deepEqual(await read_json(post(await gzip('{"a":"ü"}'), gzipped), limit), { a: "ü" });
});

Deno.test("read_json takes JSON by any of its names and unnamed", async () => {
  for (const type of ["application/json; charset=utf-8", "application/ld+json", "text/plain", ""]) {
    deepEqual(await read_json(post("[1]", { "content-type": type }), limit), [1]);
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
  deepEqual(await read_json(post(text), limit), "x".repeat(limit - 2));
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
  deepEqual((await refused(read_json(post(stream), 1_000_000))).code, "body_too_large");
  deepEqual(sent() < 1_200_000, true, `${sent()} bytes were taken`);
});

Deno.test("discard_rest takes what is left of a body, up to a bound", async () => {
  const { stream, sent, is_cancelled } = endless();
  const request = post(stream);
  await refused(read_json(request, limit));
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
  const read = post("{}");
  await read_json(read, limit);
  await discard_rest(read);
  const broken = new ReadableStream({
    start: (controller) => controller.error(new Error("reset")),
  });
  await discard_rest(post(broken));
  await discard_rest(post(null));
});

Deno.test("read_json stops a gzip bomb", async () => {
  const bomb = await gzip("0".repeat(64_000_000));
  const error = await refused(read_json(post(bomb, gzipped), 1_000_000));
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
  await read_json(post(nested(json_depth_limit)), 2_000);
  const error = await refused(read_json(post(nested(json_depth_limit + 1)), 2_000));
  deepEqual([error.code, error.issues?.[0]?.limit], ["invalid_request", json_depth_limit]);
  const in_a_string = JSON.stringify({ a: `\\"${"[".repeat(600)}` });
  deepEqual(await read_json(post(in_a_string), 2_000), JSON.parse(in_a_string));
});

Deno.test("read_optional_json answers null for no body", async () => {
  deepEqual(await read_optional_json(post(null), limit), null);
  deepEqual(await read_optional_json(post("{}"), limit), {});
});
