import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProject, type TestProject } from "./test-project.ts";

let project: TestProject;
beforeAll(async () => {
  project = await startProject({ max_rows: 5 });
  await project.sql`create table api.many as select n, n % 2 = 0 as even from generate_series(1, 12) n`;
  await project.sql`grant select on api.many to anon`;
  await project.sql`analyze api.many`;
  await project.sql`notify pgrst, 'reload schema'`;
});
afterAll(() => project?.stop());

describe("filters", () => {
  const ids = async (query: string) => {
    const reply = await project.request(`/items?select=id&order=id&${query}`);
    const body = await reply.json();
    return Array.isArray(body) ? body.map(({ id }) => id) : body.code;
  };

  test.each([
    ["id=eq.1", [1]],
    ["id=neq.1", [2, 3]],
    ["id=gt.1&id=lt.3", [2]],
    ["id=gte.2", [2, 3]],
    ["id=lte.2", [1, 2]],
    ["name=like.*us*", [2]],
    ["name=ilike.ANV%25", [1]],
    ["name=match.^an", [1]],
    ["name=imatch.^AN", [1]],
    ["sold_at=is.null", [2]],
    ["sold_at=not.is.null", [1, 3]],
    ["is_public=is.true", [1, 2, 3]],
    ["id=in.(1,3,9)", [1, 3]],
    ["id=not.in.(1,3)", [2]],
    ["id=in.()", []],
    ['name=in.("comma, \\"quoted\\" (a)",brush)', [2, 3]],
    ["price=isdistinct.2.00", [1, 3]],
    ["id=eq(any).{1,2}", [1, 2]],
    ["tags=cs.{heavy}", [1]],
    ["tags=ov.{soft,iron}", [1, 3]],
    ['data=cs.{"maker":{"name":"Bolt"}}', [3]],
    ["data->maker->>name=eq.Acme", [1]],
    ["data->parts->1=eq.8", [1]],
    ["data->parts->>-1=eq.8", [1]],
    ["tags->>0=eq.heavy", [1]],
    ["name=fts.anvil", [1]],
    ["name=wfts(english).anvils", [1]],
    ['"odd name"=eq.x', [1]],
    ["odd%20name=eq.x", [1]],
    ["or=(id.eq.1,name.eq.brush)", [1, 2]],
    ["and=(id.gt.1,or(id.eq.1,not.and(id.eq.3,name.like.comma*)))", [2]],
    ["not.or=(id.eq.1,id.eq.2)", [3]],
    ['or=(name.eq."comma, \\"quoted\\" (a)",tags.cs.{heavy,iron})', [1, 3]],
    ["sold_at=eq.2026-02-02T00:00:00Z", [3]],
  ])("%s", async (query, expected) => {
    expect(await ids(query)).toEqual(expected);
  });

  test("supabase-js builds them alike", async () => {
    const { data } = await project.anon
      .from("items")
      .select("id")
      .or("id.eq.1,name.eq.brush")
      .not("sold_at", "is", null)
      .contains("tags", ["heavy"])
      .filter("name", "in", '("anvil","brush")');
    expect(data).toEqual([{ id: 1 }]);
  });

  test("an invalid filter is PGRST100 with its position", async () => {
    const reply = await project.request("/items?id=noop.0");
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({
      code: "PGRST100",
      message: '"failed to parse filter (noop.0)" (line 1, column 1)',
      details: 'unexpected "n" expecting "not" or operator (eq, gt, ...)',
      hint: null,
    });
    expect(await ids("or=(id.eq.1")).toBe("PGRST100");
    expect(await ids("or=(id.eq.1)x")).toBe("PGRST100");
    expect(await ids("id=in.1")).toBe("PGRST100");
    expect(await ids("id=is.maybe")).toBe("PGRST100");
    expect(await ids("other.id=eq.1")).toBe("PGRST108");
  });

  test("unknown columns, operators that don't fit and wrong values are Postgres' own errors", async () => {
    expect(await ids("nope=eq.1")).toBe("42703");
    expect(await ids("id=like.1")).toBe("42883");
    expect(await ids("id=eq.x")).toBe("22P02");
  });
});

describe("select", () => {
  const first = async (select: string) => {
    const reply = await project.request(`/items?id=eq.1&select=${encodeURIComponent(select)}`);
    const body = await reply.json();
    return Array.isArray(body) ? body[0] : body;
  };

  test("columns, aliases, casts and JSON paths", async () => {
    expect(await first("id,label:name")).toEqual({ id: 1, label: "anvil" });
    expect(await first("price::text")).toEqual({ price: "10.50" });
    expect(await first("cost:price::double precision")).toEqual({ cost: 10.5 });
    expect(await first("data->maker->>name,data->parts->0")).toEqual({ name: "Acme", parts: 7 });
    expect(await first("n:data->parts->>1::int")).toEqual({ n: 8 });
    expect(await first('"odd name"')).toEqual({ "odd name": "x" });
    expect(Object.keys(await first("*"))).toHaveLength(8);
    expect(Object.keys(await first("*,again:name"))).toHaveLength(9);
  });

  test("unsupported features are refused by name", async () => {
    expect(await first("id,children(id)")).toMatchObject({
      code: "PGRST127",
      details:
        "The embedded Data API does not support embedding of related tables (children in select); PostgREST does.",
    });
    expect((await first("kids:children!inner(id)")).code).toBe("PGRST127");
    expect((await first("...children(id)")).code).toBe("PGRST127");
    expect((await first("count()")).code).toBe("PGRST123");
    expect((await first("price.sum()")).code).toBe("PGRST123");
    const csv = await project.anon.from("items").select().csv();
    expect(csv.error).toMatchObject({ code: "PGRST107" });
    expect(csv.status).toBe(406);
  });

  test("an unknown table is PGRST205 and offers a similar one", async () => {
    const { status, error } = await project.anon.from("itemz").select();
    expect(status).toBe(404);
    expect(error).toMatchObject({
      code: "PGRST205",
      message: "Could not find the table 'api.itemz' in the schema cache",
      hint: "Perhaps you meant the table 'api.items'",
    });
  });

  test("a table without rights is 401 for anon and 403 for others", async () => {
    const anon = await project.anon.from("locked").select();
    expect([anon.status, anon.error?.code]).toEqual([401, "42501"]);
    const user = await (await project.withClaims({ role: "authenticated" }))
      .from("locked")
      .select();
    expect([user.status, user.error?.code]).toEqual([403, "42501"]);
    expect((await project.service.from("locked").select()).data).toHaveLength(1);
  });
});

describe("order, range and count", () => {
  test("order by several columns, nulls first and last", async () => {
    const ids = async (order: string) =>
      (await (await project.request(`/items?select=id&order=${order}`)).json()).map(
        ({ id }: { id: number }) => id,
      );
    expect(await ids("price")).toEqual([2, 1, 3]);
    expect(await ids("price.desc.nullslast,id")).toEqual([1, 2, 3]);
    expect(await ids("price.nullsfirst,id")).toEqual([3, 2, 1]);
    expect(await ids("data->maker->>name.desc.nullslast")).toEqual([3, 1, 2]);
  });

  test("a bad order is PGRST100", async () => {
    for (const order of ["id.sideways", "id.asc.sideways", "id.descc", ""]) {
      const reply = await project.request(`/items?order=${order}`);
      expect([order, (await reply.json()).code]).toEqual([order, "PGRST100"]);
    }
  });

  const many = (query: string, headers: Record<string, string> = {}) =>
    project.request(`/many?select=n&order=n&${query}`, { headers });
  const answer = async (reply: Response) => [reply.status, reply.headers.get("content-range")];

  test("Content-Range and status", async () => {
    const exact = { prefer: "count=exact" };
    expect(await answer(await many("limit=2"))).toEqual([200, "0-1/*"]);
    expect(await answer(await many("limit=2", exact))).toEqual([206, "0-1/12"]);
    expect(await answer(await many("n=lt.3", exact))).toEqual([200, "0-1/2"]);
    expect(await answer(await many("n=lt.0", exact))).toEqual([200, "*/0"]);
    expect(await answer(await many("limit=0", exact))).toEqual([206, "*/12"]);
    expect(await answer(await many("offset=10", exact))).toEqual([206, "10-11/12"]);
    expect(await answer(await many("", exact))).toEqual([206, "0-4/12"]);
  });

  test("the Range header", async () => {
    const reply = await many("", { range: "2-3" });
    expect(await answer(reply)).toEqual([200, "2-3/*"]);
    expect(await reply.json()).toEqual([{ n: 3 }, { n: 4 }]);
    expect((await many("", { range: "4-3" })).status).toBe(416);
  });

  test("an offset beyond the end is 416 when counted", async () => {
    const { status, error } = await project.anon
      .from("many")
      .select("*", { count: "exact" })
      .range(50, 60);
    expect(status).toBe(416);
    expect(error).toMatchObject({
      code: "PGRST103",
      details: "An offset of 50 was requested, but there are only 12 rows.",
    });
    expect((await many("limit=-1")).status).toBe(416);
  });

  test("counts: exact, planned, estimated; head", async () => {
    for (const count of ["exact", "planned", "estimated"] as const) {
      const reply = await project.anon.from("many").select("*", { count, head: true });
      expect([count, reply.count, reply.data]).toEqual([count, 12, null]);
    }
  });

  test("single() and maybeSingle()", async () => {
    expect((await project.anon.from("items").select("id").eq("id", 1).single()).data).toEqual({
      id: 1,
    });
    const none = await project.anon.from("items").select("id").eq("id", 99).single();
    expect([none.status, none.error?.code, none.error?.details]).toEqual([
      406,
      "PGRST116",
      "The result contains 0 rows",
    ]);
    const maybe = await project.anon.from("items").select("id").eq("id", 99).maybeSingle();
    expect([maybe.data, maybe.error]).toEqual([null, null]);
  });

  test("nulls are stripped when asked", async () => {
    const { data } = await project.anon.from("items").select("id,sold_at").eq("id", 2).stripNulls();
    expect(data).toEqual([{ id: 2 }]);
  });
});
