/** Odd HTTP from a seed, which a server on an open port must survive. */
import { connect } from "node:net";

export interface Oddity {
  name: string;
  /** Written in turn, each in its own packet. */
  parts: readonly (string | Buffer)[];
  /** The client's next step: wait for the answer, end its side, or cut the connection. */
  ending: "wait" | "end" | "reset";
}

export type Random = () => number;

/** mulberry32: the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const end = "\r\n\r\n";
const long = (bytes: number) => "a".repeat(bytes);
const deep = (depth: number) => "[".repeat(depth);

const targets = (path: string) => [
  path,
  "//",
  "///",
  "/",
  "",
  " ",
  "*",
  "/\\",
  "/..//..",
  "/%",
  "/%zz",
  "/%00",
  "/\u0000",
  "/%ff%fe",
  "/\u00ff",
  "http://[",
  "http://",
  "http://x:99999/",
  "//[",
  "//@:/",
  "/[",
  "?",
  "#",
  "javascript:1",
  "127.0.0.1:1",
  `//x${path}`,
  `http://evil.example${path}`,
  `${path}//`,
  `${path}/%2e%2e/%2e%2e`,
  `${path}?%`,
  `${path}?a=%zz&a=${long(4000)}`,
  `${path}?select=${"(".repeat(3000)}`,
  `${path}?and=${"(and(".repeat(700)}`,
  `${path}?or=(${"a.eq.1,".repeat(500)})`,
  `${path}?limit=99999999999999999999&offset=-1`,
  `${path}?${"a&".repeat(5000)}`,
  `/${long(1_000_000)}`,
];

const methods = [
  ...["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"],
  ...["PROPFIND", "M-SEARCH", "get", "G\u0000T", "", "PRI", "QUERY"],
];

const versions = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/9",
  "",
  "HTCPCP/1",
];

const hosts = [
  "Host: x",
  "Host: x",
  "Host: x",
  "",
  "Host:",
  "Host: [",
  "Host: a b",
  "Host: \u00ff",
  "Host: x\r\nHost: y",
];

const framings: (string | Buffer)[][] = [
  [end],
  ["\r\nContent-Length: 3", `${end}abc`],
  ["\r\nContent-Length: 10", `${end}abc`],
  ["\r\nContent-Length: 3\r\nContent-Length: 4", `${end}abcd`],
  ["\r\nContent-Length: -1", end],
  ["\r\nContent-Length: 99999999999999999999", `${end}a`],
  ["\r\nContent-Length: 3\r\nTransfer-Encoding: chunked", `${end}3\r\nabc\r\n0${end}`],
  ["\r\nTransfer-Encoding: chunked", `${end}3\r\nabc\r\n`, `0${end}`],
  ["\r\nTransfer-Encoding: chunked", `${end}zz\r\nabc`],
  ["\r\nTransfer-Encoding: chunked", `${end}ffffffffffffffff\r\nabc`],
  ["\r\nTransfer-Encoding: gzip, chunked", `${end}3\r\nabc\r\n0${end}`],
  ["\r\nTransfer-Encoding: chunked, identity", `${end}abc`],
  ["\r\nContent-Type: application/json\r\nContent-Length: 200000", `${end}${deep(200_000)}`],
  ["\r\nContent-Type: application/json\r\nContent-Length: 2", `${end}{"`],
  ["\r\nContent-Encoding: gzip\r\nContent-Length: 4", end, Buffer.from([0x1f, 0x8b, 8, 0])],
  ["\r\nExpect: 100-continue\r\nContent-Length: 3", `${end}abc`],
  ["\r\nExpect: something", end],
  ["\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA", end],
  ["\r\nUpgrade: websocket\r\nConnection: Upgrade", end],
  ["\r\nConnection: close, keep-alive, transfer-encoding", end],
  [`\r\nX-Long: ${long(200_000)}`, end],
  [`${"\r\nX-Many: 1".repeat(3000)}`, end],
  ["\r\nX-Forwarded-For: \u00ff\u00fe, ,,", end],
  ["\r\nBad Header: 1", end],
  ["\r\nX: 1\r\n folded", end],
  ["\r\nX: \u0000", end],
  ["\r\nCookie: =;;; __proto__=1", end],
  ["\r\n__proto__: 1\r\nconstructor: 2", end],
  ["\r\nAuthorization: Bearer ..", end],
  ["\r\nRange: bytes=5-1,-,9999999999999999999-", end],
  ["\r\nPrefer: count=exact, handling=strict, max-affected=99999999999999999999", end],
  [end, `GET / HTTP/1.1\r\nHost: x${end}`, "GET //"],
  ["\r\nHo"],
  [],
];

const sockets = {
  key: ["dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==", "short", "", "\u00ff", long(5000)],
  version: ["13", "13", "13", "8", "", "99999999999", "x"],
  path: ["", "", "", "&vsn=9", "&vsn=%", "/..", "\u0000"],
};

const frames = (random: Random): Buffer[] => [
  Buffer.from([0x81, 0x01, 0x61]),
  Buffer.from([0xf1, 0x80, 0, 0, 0, 0]),
  Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from([0x09, 0x80, 0, 0, 0, 0]),
  Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0]),
  Buffer.from([0x88, 0x81, 0, 0, 0, 0, 0x03]),
  Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x00, 0x01]),
  Buffer.from([0x80, 0x81, 0, 0, 0, 0, 0x61]),
  Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe]),
  masked('[null,"1","phoenix","heartbeat",{}]'),
  masked(deep(60_000)),
  masked(`[${deep(20_000)}${"]".repeat(20_000)},1,"phoenix","heartbeat",{}]`),
  masked('["1","1","realtime:a","phx_join",{"config":{"broadcast":{"replay":{"since":1e999}}}}]'),
  masked('["1","1","realtime:a","phx_join",{"access_token":"a.e30.b"}]'),
  Buffer.from(Array.from({ length: 64 }, () => Math.floor(random() * 256))),
];

/** A text frame whose mask is zero. */
function masked(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = 0x81;
  head[1] = 0x80 | 126;
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

/**
 * All of them at least once, and mixtures of them.
 * @param paths of requests that the server answers; @param socketPath of one that it upgrades, with a query
 */
export function* oddities(
  random: Random,
  paths: readonly string[],
  socketPath: string,
  mixtures: number,
): Generator<Oddity> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const oddity = (start: string, framing: readonly (string | Buffer)[]): Oddity => ({
    name: [start, ...framing].map((part) => JSON.stringify(String(part).slice(0, 80))).join(" + "),
    parts: [Buffer.from(start, "latin1"), ...framing.map(asBytes)],
    ending: pick(["wait", "end", "reset"]),
  });
  const request = (method: string, target: string, version: string, host: string) =>
    `${method} ${target} ${version}${host && `\r\n${host}`}`;
  const handshake = () =>
    `GET ${socketPath}${pick(sockets.path)} HTTP/1.1\r\nHost: x\r\nUpgrade: ${pick(["websocket", "websocket", "Websocket, x", "tcp"])}` +
    `\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${pick(sockets.key)}\r\nSec-WebSocket-Version: ${pick(sockets.version)}`;
  for (const path of paths) {
    for (const target of targets(path)) {
      yield oddity(request("GET", target, "HTTP/1.1", "Host: x"), [end]);
    }
    for (const framing of framings) {
      yield oddity(request("POST", path, "HTTP/1.1", "Host: x"), framing);
    }
  }
  for (const target of targets(socketPath)) {
    const headers = "Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade";
    const key = `Sec-WebSocket-Key: ${sockets.key[0]}\r\nSec-WebSocket-Version: 13`;
    yield oddity(`GET ${target} HTTP/1.1\r\n${headers}\r\n${key}`, [end]);
  }
  for (const frame of frames(random)) {
    const good = `GET ${socketPath} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${sockets.key[0]}\r\nSec-WebSocket-Version: 13`;
    yield oddity(good, [end, frame]);
  }
  for (let n = 0; n < mixtures; n++) {
    if (random() < 0.3) {
      yield oddity(handshake(), [end, pick(frames(random)), pick(frames(random))]);
    } else {
      const path = pick(paths);
      const start = request(pick(methods), pick(targets(path)), pick(versions), pick(hosts));
      yield oddity(start, pick(framings));
    }
  }
}

const asBytes = (part: string | Buffer): Buffer =>
  typeof part === "string" ? Buffer.from(part, "latin1") : part;

/** Resolves when the server has ended the connection, or the client has. */
export function sendOddity(port: number, { parts, ending }: Oddity, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    // Refused and reset connections are expected; other checks watch the server's health.
    socket.on("error", () => {}).on("close", () => resolve());
    socket.on("data", () => {});
    socket.on("connect", async () => {
      for (const part of parts) {
        socket.write(part);
        await new Promise((written) => setTimeout(written, 2));
      }
      if (ending === "end") socket.end();
      if (ending === "reset") socket.resetAndDestroy();
      setTimeout(() => socket.resetAndDestroy(), waitMs);
    });
  });
}
