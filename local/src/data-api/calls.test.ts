import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProject, type TestProject } from "./test-project.ts";

let project: TestProject;
beforeAll(async () => {
  project = await startProject();
});
afterAll(() => project?.stop());

const json = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

describe("return values of a function", () => {
  test("a scalar, with and without its default argument", async () => {
    expect((await project.anon.rpc("add", { a: 1, b: 2 })).data).toBe(3);
    expect((await project.anon.rpc("add", { a: 1 })).data).toBe(11);
  });

  test("a bigint is a JSON number of all its digits", async () => {
    const reply = await project.request("/rpc/big");
    expect(await reply.text()).toBe("9007199254740993");
  });

  test("void is 204 without a body", async () => {
    const reply = await project.request("/rpc/nothing", json({}));
    expect(reply.status).toBe(204);
    expect(await reply.text()).toBe("");
  });

  test("one row is an object, with times in ISO form", async () => {
    const { data } = await project.anon.rpc("one_item", { id: 1 });
    expect(data).toMatchObject({ id: 1, name: "anvil", price: 10.5, tags: ["heavy", "iron"] });
    expect(data.sold_at).toBe("2026-01-02T03:04:05.678+00:00");
    expect(data.data).toEqual({ maker: { name: "Acme" }, parts: [7, 8] });
  });

  test("a set of scalars is an array of them", async () => {
    expect((await project.anon.rpc("numbers", { upto: 3 })).data).toEqual([1, 2, 3]);
    expect((await project.anon.rpc("numbers", { upto: 0 })).data).toEqual([]);
  });

  test("a table is filtered, ordered, cut and counted by supabase-js", async () => {
    const { data, count, status } = await project.anon
      .rpc("pairs", { upto: 9 }, { count: "exact" })
      .select("n, at")
      .gt("n", 2)
      .order("n", { ascending: false })
      .range(1, 3);
    expect(data).toMatchObject([{ n: 8, at: "2026-01-01T08:00:00+00:00" }, { n: 7 }, { n: 6 }]);
    expect([count, status]).toEqual([7, 206]);
  });

  test("row-level security holds inside", async () => {
    const { data } = await project.anon.rpc("all_items").select("id").order("id");
    expect(data).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
    const seen = await project.service.rpc("all_items").select("id");
    expect(seen.data).toHaveLength(4);
  });

  test("single() and maybeSingle() on a set", async () => {
    const one = await project.anon.rpc("pairs", { upto: 1 }).single();
    expect(one.data).toMatchObject({ n: 1 });
    const two = await project.anon.rpc("pairs", { upto: 2 }).single();
    expect(two).toMatchObject({
      status: 406,
      error: { code: "PGRST116", details: "The result contains 2 rows" },
    });
    const none = await project.anon.rpc("pairs", { upto: 0 }).maybeSingle();
    expect(none).toMatchObject({ data: null, error: null });
  });

  test("a set ends at max_rows", async () => {
    const { data } = await project.anon.rpc("numbers", { upto: 1500 });
    expect(data).toHaveLength(1000);
  });
});

describe("arguments", () => {
  test("arrive with their types, by POST and by GET", async () => {
    for (const get of [true, false]) {
      const { data } = await project.anon.rpc("is_set", { flag: true, day: "2026-03-04" }, { get });
      expect(data).toBe("t 2026-03-04");
      const off = await project.anon.rpc("is_set", { flag: false }, { get });
      expect(off.data).toBe("f ");
    }
  });

  test("JSON null for a jsonb argument is SQL NULL, and no JSON is encoded twice", async () => {
    const kind = async (value: unknown) => (await project.anon.rpc("kind_of", { value })).data;
    expect(await kind(null)).toBe("SQL null");
    expect(await kind({ a: 1 })).toBe("object");
    expect(await kind([1])).toBe("array");
    expect(await kind("text")).toBe("string");
  });

  test("an unnamed json parameter takes the whole body", async () => {
    expect((await project.anon.rpc("whole", { x: 1, y: 2 })).data).toBe(2);
  });

  test("a variadic parameter takes all values of a URL", async () => {
    const reply = await project.request("/rpc/joined?words=a&words=b,c&words=%22d%22");
    expect(await reply.json()).toBe('a-b,c-"d"');
    expect((await project.anon.rpc("joined", { words: ["x", "y"] })).data).toBe("x-y");
  });

  test("wrong argument names are PGRST202 and suggest the function", async () => {
    const { status, error } = await project.anon.rpc("add", { a: 1, c: 2 });
    expect(status).toBe(404);
    expect(error).toMatchObject({
      code: "PGRST202",
      message: "Could not find the function api.add(a, c) in the schema cache",
      details:
        "Searched for the function api.add with parameters a, c or with a single unnamed json/jsonb parameter, " +
        "but no matches were found in the schema cache.",
      hint: "Perhaps you meant to call the function api.add(a, b)",
    });
  });

  test("an unknown function is PGRST202", async () => {
    const { error } = await project.anon.rpc("ad_d");
    expect(error).toMatchObject({
      code: "PGRST202",
      message: "Could not find the function api.ad_d without parameters in the schema cache",
    });
  });

  test("overloads that the names don't tell apart are refused", async () => {
    const { status, error } = await project.anon.rpc("doubled", { n: 2 });
    expect(status).toBe(300);
    expect(error?.code).toBe("PGRST203");
    expect(error?.message).toContain("api.doubled(n => integer), api.doubled(n => text)");
  });

  test("a value of the wrong type is 400 with Postgres' own code", async () => {
    const { status, error } = await project.anon.rpc("add", { a: "x" });
    expect([status, error?.code]).toEqual([400, "22P02"]);
  });
});

describe("methods", () => {
  test("a writing function by GET is 405", async () => {
    const reply = await project.request("/rpc/count_call?n=1");
    expect(reply.status).toBe(405);
    expect(await reply.json()).toMatchObject({ code: "25006" });
    expect((await project.anon.rpc("count_call", { n: 1 })).data).toBe(1);
  });

  test("HEAD has the count and no body", async () => {
    const { data, count } = await project.anon.rpc(
      "numbers",
      { upto: 7 },
      { head: true, count: "exact" },
    );
    expect([data, count]).toEqual([null, 7]);
  });

  test("another method is 405 PGRST101", async () => {
    const reply = await project.request("/rpc/add", { method: "DELETE" });
    expect([reply.status, (await reply.json()).code]).toEqual([405, "PGRST101"]);
  });

  test("execute withheld: 401 for anon, allowed for authenticated", async () => {
    const refused = await project.anon.rpc("only_authenticated");
    expect([refused.status, refused.error?.code]).toEqual([401, "42501"]);
    const user = await project.withClaims({ role: "authenticated" });
    expect((await user.rpc("only_authenticated")).data).toBe("welcome");
  });

  test("a failure after the call rolls back the call's writes", async () => {
    const before = await project.sql`select count(*)::int from api.calls`;
    const refused = await project.anon.rpc("count_calls", { upto: 3 }).single();
    expect(refused.error?.code).toBe("PGRST116");
    const limited = await project.anon.rpc("count_calls", { upto: 3 }).maxAffected(2);
    expect(limited.error?.code).toBe("PGRST124");
    expect(await project.sql`select count(*)::int from api.calls`).toEqual(before);
  });
});

describe("errors that a function raises", () => {
  const fail = (state: string, message: string, detail?: string, hint?: string) =>
    project.anon.rpc("fail", { state, message, detail, hint });

  test.each([
    ["P0001", 400],
    ["PT404", 404],
    ["PT429", 429],
    ["PTABC", 500],
    ["PT999", 500],
    ["23505", 409],
    ["23503", 409],
    ["23514", 400],
    ["22023", 400],
    ["40001", 500],
    ["42P01", 404],
    ["42883", 404],
    ["42501", 401],
    ["53300", 503],
    ["XX000", 500],
  ])("%s is HTTP %i", async (state, status) => {
    const reply = await fail(state, "it failed", "because", "7");
    expect(reply.status).toBe(status);
    expect(reply.error).toMatchObject({
      code: state,
      message: "it failed",
      details: "because",
      hint: "7",
    });
  });

  test("a type error inside a function gives the same error each time", async () => {
    // A client that keeps prepared statements could take this error for its own stale plan.
    for (let i = 0; i < 3; i++) {
      const { status, error } = await project.anon.rpc("insert_text_as_int");
      expect([status, error?.code]).toEqual([400, "42804"]);
    }
  });

  test("a message with a newline arrives whole", async () => {
    const { error } = await fail("PT400", "first\nsecond");
    expect(error?.message).toBe("first\nsecond");
  });

  test("PGRST lets the function choose status, headers and body", async () => {
    const message = JSON.stringify({ code: "E1", message: "slow down", details: "d", hint: "h" });
    const detail = JSON.stringify({ status: 429, headers: { "Retry-After": "12" } });
    const reply = await project.request("/rpc/fail", json({ state: "PGRST", message, detail }));
    expect(reply.status).toBe(429);
    expect(reply.headers.get("retry-after")).toBe("12");
    expect(await reply.json()).toEqual({
      code: "E1",
      message: "slow down",
      details: "d",
      hint: "h",
    });
    const { error } = await fail("PGRST", "no json");
    expect(error).toMatchObject({ code: "PGRST121" });
  });

  test("the role's statement timeout is 500 57014, and a function's own holds over it", async () => {
    const { status, error } = await project.anon.rpc("sleep", { seconds: 5 });
    expect([status, error?.code]).toEqual([500, "57014"]);
    expect((await project.anon.rpc("patient")).data).toBe("7s");
  });

  test("response.headers and response.status", async () => {
    const choose = (headers: string, status: string) =>
      project.request("/rpc/choose", json({ headers, status }));
    const reply = await choose('[{"x-made": "here"}, {"content-type": "text/x"}]', "202");
    expect(reply.status).toBe(202);
    expect(reply.headers.get("x-made")).toBe("here");
    expect(reply.headers.get("content-type")).toBe("text/x");
    expect((await (await choose("nonsense", "200")).json()).code).toBe("PGRST111");
    expect((await (await choose('[{"a b": "c"}]', "200")).json()).code).toBe("PGRST111");
    expect((await (await choose("[]", "abc")).json()).code).toBe("PGRST112");
  });
});
