import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keysOf, randomSecrets } from "../keys.ts";
import { copyFixture, type Fixture } from "../testing/fixture.ts";
import { createFunctions, type Functions } from "./index.ts";

let fixture: Fixture;
let functions: Functions;
const lines: string[] = [];
const keys = await keysOf(randomSecrets());

beforeAll(async () => {
  fixture = await copyFixture();
  functions = await createFunctions({
    ...fixture,
    jwtSecret: keys.jwt_secret,
    env: { SUPABASE_URL: "http://127.0.0.1:1", GREETING: "hello" },
    wallClockMs: 3_000,
    log: (line) => lines.push(line),
  });
});

afterAll(async () => {
  await functions?.close();
  await fixture?.remove();
});

const call = (path: string, init?: RequestInit): Promise<Response> =>
  functions.fetch(new Request(`http://stack${path}`, init));

describe("createFunctions", () => {
  it("takes folders with an entrypoint and leaves out those with an underscore", () => {
    expect([...functions.names].sort()).toEqual([
      "broken",
      "default",
      "echo",
      "guarded",
      "mortal",
      "slow",
    ]);
  });

  it("gives a function its path and environment, and nothing of the stack's", async () => {
    const seen = await (await call("/echo/a/b?c=d")).json();
    expect(seen.path).toBe("/echo/a/b?c=d");
    expect(seen.env).toMatchObject({ SUPABASE_URL: "http://127.0.0.1:1", GREETING: "hello" });
    expect(seen.env).not.toHaveProperty("HOME");
  });

  it("passes a gzip body on unchanged", async () => {
    const body = gzipSync("x".repeat(10_000));
    const headers = { "content-encoding": "gzip" };
    const seen = await (await call("/echo", { method: "POST", body, headers })).json();
    expect(seen.headers["content-encoding"]).toBe("gzip");
    expect(seen.length).toBe(body.length);
    expect(seen.bytes).toEqual([...body.subarray(0, 64)]);
  });

  it("streams the answer of an `export default` function as it is made", async () => {
    const started = Date.now();
    const response = await call("/default");
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const firstMs = Date.now() - started;
    await reader?.read();
    await reader?.read();
    await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toBe("one ");
    expect(Date.now() - started - firstMs).toBeGreaterThan(400);
  });

  it("answers 404 for an unknown function", async () => {
    const response = await call("/nowhere");
    expect(response.status).toBe(404);
    expect(await response.text()).toBe("Function not found");
  });

  it("answers 503 BOOT_ERROR for one that does not start, and logs why", async () => {
    const response = await call("/broken");
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "BOOT_ERROR" });
    expect(lines.join("\n")).toContain("this function cannot start");
  });

  it("answers 546 WORKER_LIMIT at the wall-clock limit", async () => {
    const response = await call("/slow");
    expect(response.status).toBe(546);
    expect(await response.json()).toMatchObject({ code: "WORKER_LIMIT" });
  });

  it("restarts a function that has died", async () => {
    const before = await (await call("/mortal")).text();
    const response = await call("/mortal/die");
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: "WORKER_ERROR" });
    const after = await call("/mortal");
    expect(after.status).toBe(200);
    expect(await after.text()).not.toBe(before);
  });

  it("asks for a JWT where verify_jwt says so", async () => {
    expect((await call("/guarded")).status).toBe(401);
    const withToken = (token: string) =>
      call("/guarded", { headers: { authorization: `Bearer ${token}` } });
    expect((await withToken("a.b.c")).status).toBe(401);
    expect((await withToken((await keysOf(randomSecrets())).anonJwt)).status).toBe(401);
    const allowed = await withToken(keys.anonJwt);
    expect(await allowed.text()).toBe("inside");
  });
});
