import { chown, mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { keysOf } from "./keys.ts";
import { freePort } from "./ports.ts";
import { clusterFolder } from "./postgres/cluster.ts";
import { removeData, startPostgres } from "./postgres/index.ts";
import { type Stack, startStack } from "./stack.ts";
import { processesLeft, processesWith } from "./testing/children.ts";
import { copyFixture, type Fixture } from "./testing/fixture.ts";
import { end, runStack } from "./testing/run-stack.ts";
import { connectSql } from "./testing/sql.ts";

const isRoot = process.getuid?.() === 0;

async function optionsFor(fixture: Fixture) {
  const { projectDir, dataDir } = fixture;
  return { projectDir, dataDir, apiPort: await freePort(), dbPort: await freePort() };
}

describe("startStack, with the stock client", () => {
  let fixture: Fixture;
  let stack: Stack;

  beforeAll(async () => {
    fixture = await copyFixture();
    const options = await optionsFor(fixture);
    stack = await startStack({
      ...options,
      projectDir: path.relative("", options.projectDir),
      dataDir: path.relative("", options.dataDir),
      functionsEnv: { OWN: "yes" },
    });
  });

  afterAll(async () => {
    await stack?.stop();
    await fixture?.remove();
  });

  it("applies the migrations and serves them by the Data API as the key's role", async () => {
    const anon = createClient(stack.api_url, stack.publishable_key);
    expect((await anon.from("notes").select("body")).data).toEqual([{ body: "first" }]);
    expect((await anon.rpc("whoami")).data).toBe("anon");
    const service = createClient(stack.api_url, stack.secret_key);
    expect((await service.rpc("whoami")).data).toBe("service_role");
  });

  it("has its own secrets and rejects those of supabase start", async () => {
    const known = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";
    expect((await createClient(stack.api_url, known).rpc("whoami")).status).toBe(401);
    const forged = await keysOf({
      secret_key: known,
      jwt_secret: "super-secret-jwt-token-with-at-least-32-characters-long",
    });
    expect((await createClient(stack.api_url, forged.serviceRoleJwt).rpc("whoami")).status).toBe(
      401,
    );
    const headers = {
      apikey: stack.publishable_key,
      authorization: `Bearer ${forged.serviceRoleJwt}`,
    };
    const url = `${stack.api_url}/rest/v1/rpc/whoami`;
    expect((await fetch(url, { method: "POST", headers })).status).toBe(401);
    const file = path.join(fixture.dataDir, "secrets.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("refuses an unknown key", async () => {
    const stranger = createClient(stack.api_url, "sb_publishable_of_another_project");
    const { error, status } = await stranger.from("notes").select("body");
    expect(status).toBe(401);
    expect(error?.message).toBe("Invalid API key");
  });

  it("runs functions with the environment of Supabase", async () => {
    const client = createClient(stack.api_url, stack.publishable_key);
    const { data, error } = await client.functions.invoke("echo", { body: { a: 1 } });
    expect(error).toBeNull();
    expect(data.path).toBe("/echo");
    expect(data.headers["x-forwarded-for"]).toBe("127.0.0.1");
    expect(data.env).toMatchObject({
      SUPABASE_URL: stack.api_url,
      SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: stack.publishable_key }),
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secret_key }),
      SUPABASE_DB_URL: stack.db_url,
      OWN: "yes",
    });
    expect((await client.functions.invoke("guarded")).data).toBe("inside");
  });

  it("gives SQL and functions the caller's true address last, despite forged headers", async () => {
    const sql = connectSql(stack.db_url, 1);
    await sql`
      create function public.seen_headers() returns json language sql stable as
      $$ select current_setting('request.headers')::json $$`;
    await sql.end();
    const headers = {
      "X-Forwarded-For": "203.0.113.9",
      "CF-Connecting-IP": "203.0.113.9",
      "X-Real-IP": "203.0.113.9",
    };
    const client = createClient(stack.api_url, stack.publishable_key, { global: { headers } });
    const expected = { "x-forwarded-for": "203.0.113.9, 127.0.0.1", "x-real-ip": "127.0.0.1" };
    const inSql = (await client.rpc("seen_headers")).data;
    expect(inSql).toMatchObject(expected);
    expect(inSql).not.toHaveProperty("cf-connecting-ip");
    const { data } = await client.functions.invoke("echo", { body: {} });
    expect(data.headers).toMatchObject(expected);
    expect(data.headers).not.toHaveProperty("cf-connecting-ip");
  });

  it("delivers what the database sends on a private channel", async () => {
    const client = createClient(stack.api_url, stack.publishable_key);
    const sql = connectSql(stack.db_url, 1);
    const received = await new Promise<Record<string, unknown>>((resolve, reject) => {
      client
        .channel("room:1", { config: { private: true } })
        .on("broadcast", { event: "*" }, resolve)
        .subscribe(async (state, error) => {
          if (error) reject(error);
          if (state === "SUBSCRIBED")
            await sql`select realtime.send('{"x": 1}', 'moved', 'room:1')`;
        });
    });
    expect(received).toMatchObject({ event: "moved", payload: { x: 1 } });
    await client.removeAllChannels();
    await sql.end();
  });

  it("lets no other stack use or remove its data directory", async () => {
    const options = { ...(await optionsFor(fixture)) };
    await expect(startStack(options)).rejects.toThrow(
      `Cannot use ${fixture.dataDir}: a stack runs on it.`,
    );
    await expect(removeData(fixture.dataDir)).rejects.toThrow("a stack runs on it");
  });

  it("rejects an external service without its JWT secret", async () => {
    const options = { ...(await optionsFor(fixture)), dataDir: `${fixture.dataDir}-3` };
    for (const part of ["restUrl", "realtimeUrl"]) {
      const refused = startStack({ ...options, [part]: "http://127.0.0.1:9" });
      await expect(refused).rejects.toThrow("is missing (jwtSecret)");
    }
  });

  it("rejects an invalid database address without quoting it", async () => {
    const options = { ...(await optionsFor(fixture)), dataDir: `${fixture.dataDir}-2` };
    const dbUrl = "localhost:5432/secret";
    const refused = startStack({ ...options, dbUrl });
    await expect(refused).rejects.toThrow("(dbUrl): it is not a postgresql:// address");
    await expect(refused).rejects.not.toThrow("secret");
  });

  it("stops twice, leaves no process, and keeps its data", async () => {
    expect((await fetch(`${stack.api_url}/functions/v1/echo`)).status).toBe(200);
    expect(processesWith(fixture.projectDir)).not.toEqual([]);
    expect(processesWith(fixture.dataDir)).not.toEqual([]);
    await Promise.all([stack.stop(), stack.stop()]);
    expect(await processesLeft(fixture.projectDir, 0)).toEqual([]);
    expect(await processesLeft(fixture.dataDir, 0)).toEqual([]);
    const { secret_key: secretKey } = stack;
    stack = await startStack(await optionsFor(fixture));
    expect(stack.secret_key).toBe(secretKey);
    const { data } = await createClient(stack.api_url, secretKey).from("notes").select();
    expect(data).toHaveLength(1);
  });
});

describe("the end of a stack", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await copyFixture();
  });
  afterAll(() => fixture?.remove());

  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "by %s leaves no process, port or lock",
    async (signal) => {
      const options = await optionsFor(fixture);
      const stack = await runStack(options);
      const url = `http://127.0.0.1:${options.apiPort}/functions/v1/echo`;
      expect((await fetch(url)).status).toBe(200);
      expect(processesWith(fixture.dataDir)).not.toEqual([]);
      expect(processesWith(fixture.projectDir).length).toBeGreaterThan(1);
      await end(stack, signal);
      expect(await processesLeft(fixture.dataDir)).toEqual([]);
      expect(await processesLeft(fixture.projectDir)).toEqual([]);
      const again = await runStack(options);
      expect(await end(again, "SIGTERM")).toBe(143);
    },
  );

  it("by SIGKILL can be followed at once by the next start", async () => {
    const options = await optionsFor(fixture);
    await end(await runStack(options), "SIGKILL");
    const again = await runStack({ ...options, ...(await optionsFor(fixture)) });
    await end(again, "SIGTERM");
  });

  it("comes at once after a failed migration, and stops what had started", async () => {
    const file = path.join(fixture.projectDir, "supabase/migrations/20260102000000_bad.sql");
    await writeFile(file, "select no_such_function();");
    await expect(startStack(await optionsFor(fixture))).rejects.toThrow("no_such_function");
    expect(await processesLeft(fixture.dataDir)).toEqual([]);
    await rm(file);
  });
});

describe("users", () => {
  it.runIf(isRoot)("a normal user runs every process as themselves", async () => {
    const user = { uid: 1000, gid: 1000 };
    const fixture = await copyFixture();
    onTestFinished(fixture.remove);
    await mkdir(fixture.dataDir);
    for (const folder of [fixture.dataDir, path.join(fixture.projectDir, "supabase")]) {
      await chown(folder, user.uid, user.gid);
    }
    const options = await optionsFor(fixture);
    const stack = await runStack(options, user);
    expect((await stat(path.join(fixture.dataDir, "postgres"))).uid).toBe(user.uid);
    expect((await fetch(`http://127.0.0.1:${options.apiPort}/functions/v1/echo`)).status).toBe(200);
    expect(processesWith(fixture.dataDir)).not.toEqual([]);
    await end(stack, "SIGTERM");
    expect(await processesLeft(fixture.dataDir)).toEqual([]);
    // And root, coming later, goes on with that user's data.
    const asRoot = await runStack(options);
    await end(asRoot, "SIGKILL");
    expect(await processesLeft(fixture.dataDir)).toEqual([]);
  });

  it.runIf(isRoot)("root opens a private data directory for the server to pass", async () => {
    const fixture = await copyFixture();
    onTestFinished(fixture.remove);
    await mkdir(fixture.dataDir, { mode: 0o700 });
    expect(await clusterFolder(fixture.dataDir)).toBe(path.join(fixture.dataDir, "postgres"));
    expect((await stat(fixture.dataDir)).mode & 0o777).toBe(0o711);
  });

  it.runIf(isRoot)(
    "root keeps the data elsewhere when the server's user cannot get in",
    async () => {
      const fixture = await copyFixture();
      onTestFinished(fixture.remove);
      // Like a home folder: the way to the data is closed above it.
      const home = path.join(fixture.projectDir, "home");
      await mkdir(home, { mode: 0o700 });
      const dataDir = path.join(home, "data");
      const server = await startPostgres({ dataDir, port: await freePort() });
      await server.stop();
      const folder = await clusterFolder(dataDir);
      expect(folder.startsWith(home)).toBe(false);
      expect((await stat(folder)).uid).not.toBe(0);
      await removeData(dataDir);
      await expect(stat(folder)).rejects.toThrow("ENOENT");
    },
  );
});
