import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAvatarHosts } from "./avatar-hosts.ts";
import { contentSecurityPolicy, inlineScriptHashes } from "./headers.ts";
import { withPolicy } from "./host-files.ts";
import { type ServedSite, serveSite } from "./serve.ts";

// Nothing listens on this port. The server serves pages without it.
const config = { api_url: "http://127.0.0.1:9", publishable_key: "sb_publishable_x" };
const script = 'console.log("hello")';
let dist: string;
let site: ServedSite;

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), "kulti-site-"));
  await mkdir(join(dist, "watch"));
  await mkdir(join(dist, "agents"));
  await mkdir(join(dist, "assets"));
  await writeFile(
    join(dist, "index.html"),
    withPolicy('<meta charset="utf-8"><h1>lobby</h1>', {
      scriptHashes: [],
      apiUrl: "https://built.example",
    }),
  );
  await writeFile(join(dist, "404.html"), "<h1>nothing here</h1>");
  await writeFile(join(dist, "watch/index.html"), `<h1>stage</h1><script>${script}</script>`);
  await mkdir(join(dist, "embed"));
  await writeFile(join(dist, "embed/index.html"), "<h1>small stage</h1>");
  await writeFile(join(dist, "agents/index.html"), "<h1>agent</h1>");
  await writeFile(join(dist, "assets/a.1234.js"), "1");
  await writeFile(join(dist, "assets/gone.js"), "1");
  site = await serveSite({ dist, port: 0, config });
});

afterAll(async () => {
  await site.close();
  await rm(dist, { recursive: true });
});

/** Sends raw text, which `fetch` cannot, and returns the whole reply. */
const raw = (request: string, at = site) =>
  new Promise<string>((resolve, reject) => {
    let answer = "";
    const socket = connect(Number(new URL(at.url).port), "127.0.0.1", () => socket.write(request));
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("close", () => resolve(answer)).on("error", reject);
  });

const get = async (path: string) => {
  const response = await fetch(site.url + path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

test("every watch address serves one shell", async () => {
  const session = "/watch/ada/0b0e6e3e-5a4c-4b0e-9a8e-2f8f4b8f2c11";
  for (const path of ["/watch/ada", "/watch/ada/", session, `${session}?t=90`]) {
    expect(await get(path)).toMatchObject({ status: 200, text: expect.stringContaining("stage") });
  }
  expect((await get("/")).text).toContain("lobby");
});

test("every embed address serves one shell that any page may frame; other pages only the site may frame", async () => {
  const session = "/embed/ada/0b0e6e3e-5a4c-4b0e-9a8e-2f8f4b8f2c11";
  for (const path of ["/embed/ada", session, `${session}?t=90&theme=light`]) {
    const { status, text, headers } = await get(path);
    expect({ status, text }).toEqual({ status: 200, text: "<h1>small stage</h1>" });
    expect(headers.get("content-security-policy")).not.toContain("frame-ancestors");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  }
  for (const path of ["/", "/watch/ada", "/nowhere", "/embedded", "/watch/embed/"]) {
    const policy = (await get(path)).headers.get("content-security-policy");
    expect(policy, path).toContain("frame-ancestors 'self'");
  }
});

test("every agent address serves one shell, and no other address does", async () => {
  for (const path of ["/agents/ada", "/agents/ada/", "/agents/ada?x=1"]) {
    expect(await get(path)).toMatchObject({ status: 200, text: "<h1>agent</h1>" });
  }
  expect((await get("/agents/ada/sessions")).status).toBe(404);
});

test("an unknown path is 404 with a page that says so", async () => {
  for (const path of [
    "/nowhere",
    "/watch/ada/b/c",
    "/assets/missing.js",
    "/../package.json",
    "/%2e%2e/x",
  ]) {
    expect(await get(path)).toMatchObject({ status: 404, text: "<h1>nothing here</h1>" });
  }
});

test("config.json names the configured server", async () => {
  const { text, headers } = await get("/config.json");
  expect(JSON.parse(text)).toEqual({ ...config, avatar_hosts: [] });
  expect(headers.get("cache-control")).toBe("no-cache");
});

test("built files are cached for ever, pages are revalidated", async () => {
  expect((await get("/assets/a.1234.js")).headers.get("cache-control")).toContain("immutable");
  expect((await get("/watch/ada")).headers.get("cache-control")).toBe("no-cache");
});

test("the policy lets the page's own inline script run and the server be reached, and nothing else", async () => {
  const policy = (await get("/watch/ada")).headers.get("content-security-policy") ?? "";
  const hash = createHash("sha256").update(script).digest("base64");
  expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
  expect(policy).toContain("connect-src 'self' http://127.0.0.1:9 ws://127.0.0.1:9;");
  expect(policy).toContain("img-src 'self' data:;");
  expect(policy).toContain("default-src 'none'");
  expect((await get("/nowhere")).headers.get("x-content-type-options")).toBe("nosniff");
});

test("a file deleted after the start breaks only its own answer", async () => {
  await rm(join(dist, "assets/gone.js"));
  await expect(get("/assets/gone.js")).rejects.toThrow();
  expect((await get("/")).status).toBe(200);
});

test("inlineScriptHashes leaves out scripts that are files", () => {
  const html = `<script src="/a.js"></script><script type="module">1</script>`;
  expect(inlineScriptHashes(html)).toEqual([
    `sha256-${createHash("sha256").update("1").digest("base64")}`,
  ]);
});

test("a page opened under another host name gets the same server, and may reach it", async () => {
  const port = new URL(site.url).port;
  for (const host of [`localhost:${port}`, `kulti.localhost:${port}`, "evil.example"]) {
    const [configJson, page] = await Promise.all([
      raw(`GET /config.json HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      raw(`GET /watch/ada HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    ]);
    expect(configJson).toContain(JSON.stringify({ ...config, avatar_hosts: [] }));
    expect(page).toContain("connect-src 'self' http://127.0.0.1:9 ws://127.0.0.1:9;");
  }
});

test("the build's policy, which may name another server, is removed from served pages", async () => {
  expect((await get("/")).text).toBe('<meta charset="utf-8"><h1>lobby</h1>');
});

test("an unchanged page gets 304", async () => {
  const { headers } = await get("/watch/ada");
  const again = { headers: { "if-none-match": headers.get("etag") ?? "" } };
  expect((await fetch(`${site.url}/watch/ada`, again)).status).toBe(304);
  expect((await fetch(`${site.url}/watch/ada`, { headers: { "if-none-match": "x" } })).status).toBe(
    200,
  );
});

test("invalid targets and unsupported methods are refused", async () => {
  for (const target of ["//", "*", "http://[", "http://x/", "///"]) {
    const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer, target).toMatch(/^HTTP\/1.1 (400|404) /);
  }
  expect((await fetch(site.url, { method: "POST", body: "x" })).status).toBe(405);
  expect((await get("/")).status).toBe(200);
});

test("callers with slow headers or bodies, or who read nothing, are cut off", async () => {
  await writeFile(join(dist, "large.txt"), "a".repeat(30_000_000));
  const limits = { headersMs: 200, requestMs: 400, silentMs: 600, connections: 5, checkMs: 20 };
  const strict = await serveSite({ dist, port: 0, config, limits });
  const [headers, body] = await Promise.all([
    raw("GET / HTTP/1.1\r\nHost: x\r\n", strict),
    raw("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na", strict),
  ]);
  expect(headers).toContain("408 Request Timeout");
  expect(body).toContain("405 Method Not Allowed");
  const deaf = connect(Number(new URL(strict.url).port), "127.0.0.1");
  deaf.write("GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  await new Promise((resolve) => setTimeout(resolve, 3 * limits.silentMs));
  let bytes = 0;
  deaf.on("data", (data) => {
    bytes += data.length;
  });
  await new Promise<void>((resolve) => deaf.on("error", () => {}).on("close", () => resolve()));
  expect(bytes).toBeLessThan(30_000_000);
  const many = Array.from({ length: 8 }, () => raw("", strict).catch(() => ""));
  expect((await Promise.all(many)).filter((answer) => answer === "")).toHaveLength(3);
  expect((await fetch(`${strict.url}/large.txt`)).status).toBe(200);
  await strict.close();
});

test("contentSecurityPolicy lets pictures come from the site and from named hosts alone", () => {
  expect(contentSecurityPolicy({ scriptHashes: [], apiUrl: "https://api.example" })).toContain(
    "; img-src 'self' data:; ",
  );
  const avatarHosts = readAvatarHosts(" avatars.example.org, Pictures.example:8443 ,");
  expect(
    contentSecurityPolicy({ scriptHashes: [], apiUrl: "https://api.example", avatarHosts }),
  ).toContain("; img-src 'self' data: avatars.example.org pictures.example:8443; ");
  for (const wrong of ["*", "a.example; script-src *", "https://a.example", "a.example/b"]) {
    expect(() => readAvatarHosts(wrong)).toThrow(/KULTI_AVATAR_HOSTS/);
  }
});

test("serveSite fails with a reason when its port is taken", async () => {
  const port = Number(new URL(site.url).port);
  await expect(serveSite({ dist, port, config })).rejects.toThrow(/EADDRINUSE/);
});
