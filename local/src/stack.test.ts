import { chown, mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { keys_of } from "./keys.ts";
import { free_port } from "./ports.ts";
import { cluster_folder } from "./postgres/cluster.ts";
import { remove_data, startPostgres } from "./postgres/index.ts";
import { type Stack, startStack } from "./stack.ts";
import { processes_left, processes_with } from "./testing/children.ts";
import { copy_fixture, type Fixture } from "./testing/fixture.ts";
import { end, run_stack } from "./testing/run-stack.ts";
import { connect_sql } from "./testing/sql.ts";

const is_root = process.getuid?.() === 0;

async function options_for(fixture: Fixture) {
  const { project_dir, data_dir } = fixture;
  return { project_dir, data_dir, api_port: await free_port(), db_port: await free_port() };
}

describe("startStack, with the stock client", () => {
  let fixture: Fixture;
  let stack: Stack;

  beforeAll(async () => {
    fixture = await copy_fixture();
    const options = await options_for(fixture);
    stack = await startStack({
      ...options,
      project_dir: path.relative("", options.project_dir),
      data_dir: path.relative("", options.data_dir),
      functions_env: { OWN: "yes" },
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

  it("has secrets of its own: those of supabase start open nothing", async () => {
    const known = "sb_secret_N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz";
    expect((await createClient(stack.api_url, known).rpc("whoami")).status).toBe(401);
    const forged = await keys_of({
      secret_key: known,
      jwt_secret: "super-secret-jwt-token-with-at-least-32-characters-long",
    });
    expect((await createClient(stack.api_url, forged.service_role_jwt).rpc("whoami")).status).toBe(
      401,
    );
    const headers = {
      apikey: stack.publishable_key,
      authorization: `Bearer ${forged.service_role_jwt}`,
    };
    const url = `${stack.api_url}/rest/v1/rpc/whoami`;
    expect((await fetch(url, { method: "POST", headers })).status).toBe(401);
    const file = path.join(fixture.data_dir, "secrets.json");
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

  it("tells SQL and functions the caller's true address last, whatever he claims", async () => {
    const sql = connect_sql(stack.db_url, 1);
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
    const in_sql = (await client.rpc("seen_headers")).data;
    expect(in_sql).toMatchObject(expected);
    expect(in_sql).not.toHaveProperty("cf-connecting-ip");
    const { data } = await client.functions.invoke("echo", { body: {} });
    expect(data.headers).toMatchObject(expected);
    expect(data.headers).not.toHaveProperty("cf-connecting-ip");
  });

  it("delivers what the database sends on a private channel", async () => {
    const client = createClient(stack.api_url, stack.publishable_key);
    const sql = connect_sql(stack.db_url, 1);
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

  it("lets nobody else on its data directory, nor remove it", async () => {
    const options = { ...(await options_for(fixture)) };
    await expect(startStack(options)).rejects.toThrow(
      `Cannot use ${fixture.data_dir}: a stack runs on it.`,
    );
    await expect(remove_data(fixture.data_dir)).rejects.toThrow("a stack runs on it");
  });

  it("refuses a real part that has not been told the secret of its JWTs", async () => {
    const options = { ...(await options_for(fixture)), data_dir: `${fixture.data_dir}-3` };
    for (const part of ["rest_url", "realtime_url"]) {
      const refused = startStack({ ...options, [part]: "http://127.0.0.1:9" });
      await expect(refused).rejects.toThrow("is not given (jwt_secret)");
    }
  });

  it("refuses a database's address that is none, without repeating it", async () => {
    const options = { ...(await options_for(fixture)), data_dir: `${fixture.data_dir}-2` };
    const db_url = "localhost:5432/secret";
    const refused = startStack({ ...options, db_url });
    await expect(refused).rejects.toThrow("(db_url): it is no postgresql:// address");
    await expect(refused).rejects.not.toThrow("secret");
  });

  it("stops twice, leaves no process, and keeps its data", async () => {
    await Promise.all([stack.stop(), stack.stop()]);
    expect(await processes_left(fixture.project_dir, 0)).toEqual([]);
    expect(await processes_left(fixture.data_dir, 0)).toEqual([]);
    const { secret_key } = stack;
    stack = await startStack(await options_for(fixture));
    expect(stack.secret_key).toBe(secret_key);
    const { data } = await createClient(stack.api_url, secret_key).from("notes").select();
    expect(data).toHaveLength(1);
  });
});

describe("the end of a stack", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await copy_fixture();
  });
  afterAll(() => fixture?.remove());

  it.each(["SIGKILL", "SIGTERM", "SIGINT"] as const)(
    "by %s leaves no process, port or lock",
    async (signal) => {
      const options = await options_for(fixture);
      const stack = await run_stack(options);
      const url = `http://127.0.0.1:${options.api_port}/functions/v1/echo`;
      expect((await fetch(url)).status).toBe(200);
      expect(processes_with(fixture.data_dir)).not.toEqual([]);
      expect(processes_with(fixture.project_dir).length).toBeGreaterThan(1);
      await end(stack, signal);
      expect(await processes_left(fixture.data_dir)).toEqual([]);
      expect(await processes_left(fixture.project_dir)).toEqual([]);
      const again = await run_stack(options);
      expect(await end(again, "SIGTERM")).toBe(143);
    },
  );

  it("by SIGKILL can be followed at once by the next start", async () => {
    const options = await options_for(fixture);
    await end(await run_stack(options), "SIGKILL");
    const again = await run_stack({ ...options, ...(await options_for(fixture)) });
    await end(again, "SIGTERM");
  });

  it("comes at once, and undoes what had started, when a migration fails", async () => {
    const file = path.join(fixture.project_dir, "supabase/migrations/20260102000000_bad.sql");
    await writeFile(file, "select no_such_function();");
    await expect(startStack(await options_for(fixture))).rejects.toThrow("no_such_function");
    expect(await processes_left(fixture.data_dir)).toEqual([]);
    await rm(file);
  });
});

describe("users", () => {
  it.runIf(is_root)("a normal user runs it all as themselves", async () => {
    const user = { uid: 1000, gid: 1000 };
    const fixture = await copy_fixture();
    onTestFinished(fixture.remove);
    await mkdir(fixture.data_dir);
    for (const folder of [fixture.data_dir, path.join(fixture.project_dir, "supabase")]) {
      await chown(folder, user.uid, user.gid);
    }
    const options = await options_for(fixture);
    const stack = await run_stack(options, user);
    expect((await stat(path.join(fixture.data_dir, "postgres"))).uid).toBe(user.uid);
    expect((await fetch(`http://127.0.0.1:${options.api_port}/functions/v1/echo`)).status).toBe(
      200,
    );
    await end(stack, "SIGTERM");
    expect(await processes_left(fixture.data_dir)).toEqual([]);
    // And root, coming later, goes on with that user's data.
    const as_root = await run_stack(options);
    await end(as_root, "SIGKILL");
    expect(await processes_left(fixture.data_dir)).toEqual([]);
  });

  it.runIf(is_root)("root opens a private data directory for the server to pass", async () => {
    const fixture = await copy_fixture();
    onTestFinished(fixture.remove);
    await mkdir(fixture.data_dir, { mode: 0o700 });
    expect(await cluster_folder(fixture.data_dir)).toBe(path.join(fixture.data_dir, "postgres"));
    expect((await stat(fixture.data_dir)).mode & 0o777).toBe(0o711);
  });

  it.runIf(is_root)(
    "root keeps the data elsewhere when the server's user cannot get in",
    async () => {
      const fixture = await copy_fixture();
      onTestFinished(fixture.remove);
      // Like a home folder: the way to the data is closed above it.
      const home = path.join(fixture.project_dir, "home");
      await mkdir(home, { mode: 0o700 });
      const data_dir = path.join(home, "data");
      const server = await startPostgres({ data_dir, port: await free_port() });
      await server.stop();
      const folder = await cluster_folder(data_dir);
      expect(folder.startsWith(home)).toBe(false);
      expect((await stat(folder)).uid).not.toBe(0);
      await remove_data(data_dir);
      await expect(stat(folder)).rejects.toThrow("ENOENT");
    },
  );
});
