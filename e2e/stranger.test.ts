/** Invariant 10: nobody without a key can make ingest do work, whatever they send and however slowly. */
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { newAgentId, register, thought } from "./agent.ts";
import { canChooseAddress, getFrom, sendFrom } from "./from-address.ts";
import { send } from "./request.ts";
import { target } from "./target.ts";

const madeUpKey = () => `klt_${crypto.randomUUID()}${"x".repeat(7)}`;
const gzip = { "content-encoding": "gzip" };

/** Sends these lines and whatever `write` adds, and returns everything received until the server hangs up. */
async function sendRaw(
  lines: string[],
  write: (
    socket: { write(bytes: string): unknown },
    isOpen: () => boolean,
  ) => Promise<void> = async () => {},
): Promise<{ status: number; headers: string; body: string }> {
  const { hostname, port } = new URL(target.api_url);
  const socket = connect(Number(port || 80), hostname);
  let answer = "";
  socket.on("data", (bytes) => {
    answer += bytes;
  });
  socket.on("error", () => {});
  socket.write([...lines, `Host: ${hostname}`, "Connection: close", "", ""].join("\r\n"));
  const closed = once(socket, "close");
  await write(socket, () => !socket.closed && answer === "");
  await closed;
  const [head = "", ...rest] = answer.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    headers: head.toLowerCase(),
    body: rest.join("\r\n\r\n"),
  };
}

describe("a made-up key", () => {
  test("is refused before the body is read", async () => {
    const { api_key: apiKey } = await register();
    const broken = { headers: gzip, body: "no gzip, which whoever reads it says" };
    for (const path of ["ingest", "ingest/hook"]) {
      const refused = await send(path, { ...broken, key: madeUpKey() });
      expect([refused.status, refused.error?.code], path).toEqual([401, "unknown_key"]);
      // The positive control: ingest reads the body of a known agent.
      expect((await send(path, { ...broken, key: apiKey })).error?.code).toBe("malformed_body");
    }
    for (const [method, path] of [
      ["PATCH", "agents"],
      ["POST", "agents/keys"],
      ["POST", "chat"],
    ] as const) {
      const refused = await send(path, { ...broken, method, key: madeUpKey() });
      expect([refused.status, refused.error?.code], path).toEqual([401, "unknown_key"]);
      const read = await send(path, { ...broken, method, key: apiKey });
      expect(read.error?.code, path).toBe("malformed_body");
    }
  });

  test("costs an honest agent little time, even with the most expensive body", async () => {
    const { post } = await register();
    await post([thought("Before.")]);
    const keys = Array.from({ length: 400_000 }, (_, index) => `"k${index.toString(36)}":0`);
    const body = gzipSync(
      `{"agent_id":"a-b","thought":{"content":"a","metadata":{${keys.join(",").slice(0, 4_190_000)}}}}`,
      { level: 1 },
    );
    // From an address of their own, whose queue they fill: other files have new keys at the same moment.
    const strangers = Array.from({ length: 20 }, () =>
      sendFrom("127.0.4.8", "ingest", body, { "x-kulti-key": madeUpKey(), ...gzip }),
    );
    const startedMs = performance.now();
    await post([thought("Meanwhile.")]);
    // It took 50 s when each of these bodies was inflated, parsed and converted; now some 0.5 s.
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    const codes = new Set((await Promise.all(strangers)).map(({ error }) => error?.code));
    expect([...codes]).toEqual(["unknown_key"]);
  });

  test("a revoked key that a worker may have cached stores nothing", async () => {
    const { agent_id: agentId, api_key: apiKey, post } = await register();
    await post([thought("Before.")]);
    const rotated = await send("agents/keys", { key: apiKey, body: {} });
    expect(rotated.status).toBe(201);
    const body = { agent_id: agentId, events: [thought("After.")] };
    expect((await send("ingest", { key: apiKey, body })).error?.code).toBe("unknown_key");
    expect((await send("ingest", { key: rotated.body.api_key, body })).status).toBe(200);
  });
});

test("a body that arrives too slowly gets 408", async () => {
  const { api_key: apiKey } = await register();
  const startedMs = performance.now();
  const { status, body } = await sendRaw(
    [
      "POST /functions/v1/ingest HTTP/1.1",
      `Authorization: Bearer ${apiKey}`,
      "Content-Type: application/json",
      "Content-Length: 1000000",
    ],
    async (socket, isOpen) => {
      while (isOpen() && performance.now() - startedMs < 30_000) {
        socket.write("  ");
        await sleep(100);
      }
    },
  );
  expect(performance.now() - startedMs).toBeLessThan(15_000);
  expect([status, JSON.parse(body).error.code]).toEqual([408, "request_timeout"]);
}, 60_000);

/** Sends the head of a request and this many bytes of its body, then nothing more. */
function sendPart(path: string, headers: string[], bytes: number, localAddress: string) {
  const { hostname, port } = new URL(target.api_url);
  const socket = connect({ port: Number(port || 80), host: hostname, localAddress });
  let answer = "";
  socket.on("error", () => {});
  socket.on("data", (data) => {
    answer += data;
  });
  const lines = ["Content-Type: application/json", `Content-Length: ${bytes + 1}`, ...headers];
  const head = [`POST /functions/v1/${path} HTTP/1.1`, `Host: ${hostname}`, ...lines, "", ""];
  socket.write(head.join("\r\n"));
  socket.write(Buffer.alloc(bytes, " "));
  return { close: () => socket.destroy(), gaveWay: () => answer.includes("this one was slow or") };
}

type Part = ReturnType<typeof sendPart>;

/** Runs this while the parts are silent and leave no room for it, so some must give way. */
async function meanwhile(parts: Part[], run: () => Promise<void>): Promise<void> {
  try {
    // Long enough to stall, and short enough for the required pace of a body.
    await sleep(2_500);
    await run();
    await expect.poll(() => parts.some((part) => part.gaveWay())).toBe(true);
  } finally {
    for (const part of parts) part.close();
  }
}

/** The status of a batch of 400 KB that arrives in five seconds. */
async function uploadSlowly(agent: Awaited<ReturnType<typeof register>>): Promise<number> {
  const events = Array.from({ length: 8 }, () => thought("Slow. ".repeat(8_000)));
  const bytes = Buffer.from(JSON.stringify({ agent_id: agent.agent_id, events }));
  const pieceBytes = Math.ceil(bytes.length / 20);
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
      await sleep(250);
    }
  }
  const sent = request(`${target.api_url}/functions/v1/ingest`, {
    method: "POST",
    headers: { "x-kulti-key": agent.api_key, "content-type": "application/json" },
  });
  const answered = once(sent, "response");
  Readable.from(pieces()).pipe(sent);
  const [response] = await answered;
  response.resume();
  return response.statusCode;
}

/** Keys in the function's cache, so that it reads their bodies at once. */
async function knownKeys(count: number): Promise<string[]> {
  const agents = await Promise.all(Array.from({ length: count }, () => register()));
  for (const { post } of agents) await post([thought("Before.")]);
  return agents.map(({ api_key: key }) => key);
}

const keyHeader = (key: string) => [`X-Kulti-Key: ${key}`];

describe.runIf(canChooseAddress)("bodies that stop arriving give way", () => {
  test.each(["127.0.0.1", "127.0.4.1"])("small ones of many agents at %s", async (address) => {
    const { post } = await register();
    await post([thought("Before.")]);
    const parts = (await knownKeys(18)).flatMap((key) =>
      Array.from({ length: 16 }, () => sendPart("ingest", keyHeader(key), 65_536, address)),
    );
    await meanwhile(parts, async () => {
      for (let n = 0; n < 10; n++) await post([thought(`Meanwhile ${n}.`)]);
    });
  });

  test("large ones of four agents, but not one that keeps arriving", async () => {
    const { post } = await register();
    await post([thought("Before.")]);
    const upload = uploadSlowly(await register());
    const parts = (await knownKeys(4)).map((key) =>
      sendPart("ingest", keyHeader(key), 4_194_000, "127.0.4.2"),
    );
    await meanwhile(parts, async () => {
      await post(Array.from({ length: 20 }, () => thought("Large.".repeat(10_000))));
    });
    expect(await upload).toBe(200);
  });

  test("those of strangers, to chat and to agents", async () => {
    const { api_key: key, post } = await register();
    const { session_id: sessionId } = await post([thought("Before.")]);
    const from = "127.0.4.3";
    const project = [`apikey: ${target.publishable_key}`];
    const parts = Array.from({ length: 300 }, () => [
      sendPart("agents", project, 65_000, from),
      sendPart("chat", project, 16_000, from),
    ]).flat();
    await sleep(300);
    // Small ones to fill the room that the large ones left.
    parts.push(...Array.from({ length: 100 }, () => sendPart("agents", project, 1_000, from)));
    const text = "Why? ".repeat(400);
    const apikey = { apikey: target.publishable_key };
    await meanwhile(parts, async () => {
      for (const address of ["127.0.4.4", from]) {
        const viewer = { session_id: sessionId, viewer_id: "v1", name: "Ada", text };
        expect((await sendFrom(address, "chat", viewer, apikey)).status, address).toBe(201);
        const agent = {
          agent_id: newAgentId(),
          description: text,
        };
        expect((await sendFrom(address, "agents", agent, apikey)).status, address).toBe(201);
      }
      const said = await send("chat", { key, body: { session_id: sessionId, text } });
      expect(said.status).toBe(201);
    });
  });
});

describe.runIf(canChooseAddress)("a flood from one address does not refuse another", () => {
  /**
   * Repeats `hit` from many connections while `run` goes on, and returns the outcomes. The pause leaves the machine's
   * cores some time; otherwise everything waits for the HTTP servers.
   */
  async function during(hit: () => Promise<unknown>, run: () => Promise<void>) {
    let isOver = false;
    const outcomes = new Set<unknown>();
    const flood = Array.from({ length: 130 }, async () => {
      while (!isOver) {
        outcomes.add(await hit());
        await sleep(100);
      }
    });
    await sleep(500);
    try {
      await run();
    } finally {
      isOver = true;
    }
    await Promise.all(flood);
    return [...outcomes].sort();
  }

  test("made-up keys, and agents with a new key", async () => {
    const agents = await Promise.all(Array.from({ length: 5 }, () => register()));
    const outcomes = await during(
      async () => {
        const headers = { "x-kulti-key": madeUpKey() };
        return (await sendFrom("127.0.4.5", "ingest", {}, headers)).error.code;
      },
      async () => {
        for (const { post } of agents) await post([thought("First.")]);
      },
    );
    // The positive control: there were too many to look up.
    expect(outcomes).toEqual(["unavailable", "unknown_key"]);
  });

  test("made-up keys on a route without a body", async () => {
    const agents = await Promise.all(Array.from({ length: 5 }, () => register()));
    const from = (address: string, path: string, headers: Record<string, string>) =>
      getFrom(address, `${target.api_url}/functions/v1/${path}`, headers);
    const outcomes = await during(
      () => from("127.0.4.6", "agents/keys", { "x-kulti-key": madeUpKey() }),
      async () => {
        for (const { api_key: key } of agents) {
          expect(await from("127.0.0.1", "agents/keys", { "x-kulti-key": key })).toBe(200);
        }
      },
    );
    expect(outcomes).toEqual([401, 503]);
  });

  test("cards", async () => {
    const { post } = await register();
    const { session_id: sessionId } = await post([thought("Long. ".repeat(2_000))]);
    const card = `${target.api_url}/functions/v1/share/card/${sessionId}.svg`;
    const outcomes = await during(
      () => getFrom("127.0.4.7", card),
      async () => {
        for (let n = 0; n < 10; n++) expect(await getFrom("127.0.0.1", card)).toBe(200);
      },
    );
    expect(outcomes).toEqual([200, 503]);
  });
});

describe("odd requests get a 4xx of the contract", () => {
  const odd: [string, string, string[], number, string?][] = [
    ["TRACE", "TRACE", [], 405],
    ["PUT", "PUT", [], 405, "method_not_allowed"],
    ["QUERY", "QUERY", [], 405, "method_not_allowed"],
    ["HEAD", "HEAD", [], 405],
    ["a method that nobody knows", "FOO", [], 400],
    ["two keys", "POST", ["X-Kulti-Key: a", "X-Kulti-Key: b"], 401, "unknown_key"],
    [
      "two authorizations",
      "POST",
      ["Authorization: Bearer a", "Authorization: Basic b"],
      401,
      "unknown_key",
    ],
    ["a huge key", "POST", [`X-Kulti-Key: ${"x".repeat(12_000)}`], 401, "unknown_key"],
    ["a huge login", "POST", [`Authorization: Basic ${"x".repeat(12_000)}`], 401, "unknown_key"],
    ["a control in a header", "POST", ["X-Kulti-Key: \u0001"], 400],
    ["two lengths", "POST", ["Content-Length: 1", "Content-Length: 2"], 400],
    ["an upgrade", "POST", ["Upgrade: websocket", "Connection: upgrade"], 404],
  ];
  test.each(odd)("%s", async (_name, method, lines, httpStatus, code) => {
    const answer = await sendRaw([`${method} /functions/v1/ingest HTTP/1.1`, ...lines]);
    expect(answer.status).toBe(httpStatus);
    if (code) {
      expect(JSON.parse(answer.body).error).toMatchObject({ code });
      expect(answer.headers).toContain("access-control-allow-origin: *");
    }
  });

  test.each([
    ["two types", { "content-type": "application/json, text/html" }],
    ["two encodings", { "content-encoding": "gzip, gzip" }],
    ["an unknown type", { "content-type": "application/msgpack" }],
  ])("%s", async (_name, headers) => {
    const { api_key: apiKey } = await register();
    const answer = await send("ingest", { key: apiKey, headers, body: "{}" });
    expect([answer.status, answer.error?.code]).toEqual([415, "unsupported_media_type"]);
  });
});
