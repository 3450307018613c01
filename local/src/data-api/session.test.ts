import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProject, type TestProject } from "./test-project.ts";

let project: TestProject;
beforeAll(async () => {
  project = await startProject({ schemas: ["api", "public"], connections: 3 });
});
afterAll(() => project?.stop());

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe("the caller's role", () => {
  test("the publishable key is anon, the secret key service_role", async () => {
    const anon = await project.anon.rpc("who");
    expect(anon.data).toMatchObject({ role: "anon", session: "authenticator", timeout: "3s" });
    expect(anon.data.claims.role).toBe("anon");
    expect((await project.service.rpc("who")).data.role).toBe("service_role");
  });

  test("a JWT's claims are seen by the database", async () => {
    const user = await project.withClaims({ role: "authenticated", sub: "u1", deep: { a: [1] } });
    const { data } = await user.rpc("who");
    expect(data).toMatchObject({ role: "authenticated", timeout: "8s" });
    expect(data.claims).toMatchObject({ sub: "u1", deep: { a: [1] }, role: "authenticated" });
  });

  test("a JWT without a role is anon's", async () => {
    const { data } = await (await project.withClaims({ sub: "u1" })).rpc("who");
    expect(data.role).toBe("anon");
  });

  test.each([
    ["expired", { exp: inSeconds(-60) }, "PGRST303", "JWT expired"],
    ["not yet valid", { nbf: inSeconds(60) }, "PGRST303", "JWT not yet valid"],
    ["issued in the future", { iat: inSeconds(60) }, "PGRST303", "JWT issued at future"],
    ["of a role that is not", { role: "nobody" }, "22023", 'role "nobody" does not exist'],
  ])("a JWT %s is 401", async (_, claims, code, message) => {
    const { status, error } = await (await project.withClaims(claims)).rpc("who");
    expect(status).toBe(401);
    expect(error).toMatchObject({ code, message });
  });

  test("a JWT expired within the skew of clocks passes", async () => {
    const { error } = await (await project.withClaims({ exp: inSeconds(-5) })).rpc("who");
    expect(error).toBeNull();
  });

  test("only roles granted to authenticator can be taken", async () => {
    for (const role of ["postgres", "supabase_admin"]) {
      const { status, error } = await (await project.withClaims({ role })).rpc("who");
      expect([status, error?.code]).toEqual([403, "42501"]);
    }
  });

  const bearer = async (authorization: string) => {
    const reply = await project.request("/rpc/who", { headers: { authorization } });
    return [reply.status, (await reply.json()).code, reply.headers.get("www-authenticate")];
  };

  test("forged and malformed tokens are 401 PGRST301", async () => {
    const forged = await project.token(
      { role: "service_role" },
      "another secret of thirty-two bytes",
    );
    const none = `${btoa('{"alg":"none"}')}.${btoa('{"role":"service_role"}')}.`;
    for (const token of [forged, none, "a.b", "a.b.c"]) {
      const [status, code, challenge] = await bearer(`Bearer ${token}`);
      expect([token, status, code]).toEqual([token, 401, "PGRST301"]);
      expect(challenge).toContain('Bearer error="invalid_token"');
    }
  });
});

describe("the request as a function reads it", () => {
  test("method, path, headers and cookies", async () => {
    const reply = await project.request("/rpc/who?select=*", {
      headers: { "x-probe": "seen 'q\"", cookie: "a=b; flavour=oat=meal" },
    });
    expect(await reply.json()).toMatchObject({
      method: "GET",
      path: "/rpc/who",
      probe: "seen 'q\"",
      cookie: "oat=meal",
      search_path: '"api", "public", "extensions"',
    });
  });

  test("nothing of one request leaks into the next one", async () => {
    const headers = { cookie: "flavour=oat" };
    for (let i = 0; i < 6; i++) await project.request("/rpc/who", { headers });
    const reply = await project.request("/rpc/choose", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ headers: '[{"x-made": "here"}]', status: "202" }),
    });
    expect(reply.status).toBe(202);
    for (let i = 0; i < 6; i++) {
      const next = await project.request("/rpc/who");
      expect([next.status, next.headers.get("x-made"), (await next.json()).cookie]).toEqual([
        200,
        null,
        null,
      ]);
    }
  });
});

describe("schemas", () => {
  test("only the exposed ones", async () => {
    const reply = await project.request("/items", { headers: { "accept-profile": "private" } });
    expect(reply.status).toBe(406);
    expect(await reply.json()).toEqual({
      code: "PGRST106",
      message: "Invalid schema: private",
      details: null,
      hint: "Only the following schemas are exposed: api, public",
    });
    const other = await project.anon
      .schema("public" as "api")
      .from("items")
      .select();
    expect(other.error?.message).toBe(
      "Could not find the table 'public.items' in the schema cache",
    );
  });

  test("a bad schema's error lists the choices", async () => {
    const reply = await project.request("/items?limit=1");
    expect(reply.headers.get("content-profile")).toBe("api");
  });

  test("new functions are found at once, changed ones after notify", async () => {
    await project.sql`create function api.fresh() returns int language sql as 'select 1'`;
    expect((await project.anon.rpc("fresh")).data).toBe(1);
    await project.sql`drop function api.fresh()`;
    await project.sql`create function api.fresh() returns setof int language sql as 'select 2'`;
    await project.sql`notify pgrst, 'reload schema'`;
    await expect.poll(async () => (await project.anon.rpc("fresh")).data).toEqual([2]);
    await project.sql`alter table api.items add column added int`;
    const { error } = await project.service.from("items").insert({ name: "new", added: 1 });
    expect(error).toBeNull();
  });

  test("invalid paths are 404", async () => {
    for (const path of ["/", "/rpc/", "/a/b", "/rpc/a/b", "/%ff"]) {
      expect([path, (await project.request(path)).status]).toEqual([path, 404]);
    }
  });

  test("OPTIONS tells the methods", async () => {
    const options = async (path: string) =>
      (await project.request(path, { method: "OPTIONS" })).status;
    expect(await options("/items")).toBeLessThan(300);
    expect(await options("/rpc/add")).toBeLessThan(300);
  });
});

describe("the database's connections", () => {
  test("are shared by more callers than there are", async () => {
    const replies = await Promise.all(
      Array.from({ length: 60 }, (_, i) => project.anon.rpc("add", { a: i, b: 1 })),
    );
    expect(replies.map(({ data }) => data)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
  });

  test("a connection lost during a call is 503, and the next call has a new one", async () => {
    const call = project.service.rpc("sleep", { seconds: 20 });
    const outcome = call.then((reply) => reply);
    await sleep(300);
    const killed = await project.admin`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'data-api'`;
    expect(killed.length).toBeGreaterThan(0);
    expect((await outcome).status).toBe(503);
    const next = await Promise.all(
      [1, 2, 3, 4, 5].map((a) => project.anon.rpc("add", { a, b: 1 })),
    );
    expect(next.map(({ data }) => data)).toEqual([2, 3, 4, 5, 6]);
  });

  test("the connection that watches the schema is replaced", async () => {
    await project.sql`create function api.again() returns int language sql as 'select 3'`;
    expect((await project.anon.rpc("again")).data).toBe(3);
    await project.admin`
      select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'data-api schema cache'`;
    await project.sql`create function api.later() returns int language sql as 'select 4'`;
    expect((await project.anon.rpc("later")).data).toBe(4);
    await project.sql`drop function api.again()`;
    await project.sql`create function api.again() returns setof int language sql as 'select 5'`;
    await expect
      .poll(async () => {
        await project.sql`notify pgrst`;
        return (await project.anon.rpc("again")).data;
      })
      .toEqual([5]);
  });
});
