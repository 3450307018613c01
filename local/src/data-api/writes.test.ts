import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Client, startProject, type TestProject } from "./test-project.ts";

let project: TestProject;
let user: Client;
beforeAll(async () => {
  project = await startProject();
  user = await project.withClaims({ role: "authenticated", sub: "u1" });
});
afterAll(() => project?.stop());
beforeEach(() => project.sql`delete from api.items where id > 4`);

const rows = () => project.sql`select * from api.items order by id`;

describe("an outsider", () => {
  test("can't insert, upsert, update or delete: 401 42501, and nothing changes", async () => {
    const before = await rows();
    const items = project.anon.from("items");
    for (const refused of [
      await items.insert({ name: "forged" }),
      await items.insert([{ name: "a" }, { name: "b" }]).select(),
      await items.upsert({ id: 1, name: "forged" }),
      await items.update({ name: "forged" }).eq("id", 1),
      await items.delete().eq("id", 1),
    ]) {
      expect([refused.status, refused.error?.code]).toEqual([401, "42501"]);
    }
    expect(await rows()).toEqual(before);
  });

  test("row-level security is 403 for whoever is logged in", async () => {
    const refused = await user.from("items").insert({ name: "mine", is_public: false });
    expect([refused.status, refused.error?.code]).toEqual([403, "42501"]);
    const unseen = await user.from("items").update({ name: "seen" }).eq("id", 4).select();
    expect(unseen.data).toEqual([]);
  });

  test("may insert without the right to read, as long as nothing is returned", async () => {
    await project.sql`revoke select on api.children from anon`;
    expect((await project.anon.from("children").insert({ id: 1, item_id: 1 })).status).toBe(201);
    const readBack = await project.anon.from("children").insert({ id: 2, item_id: 1 }).select();
    expect([readBack.status, readBack.error?.code]).toEqual([401, "42501"]);
    const foreign = await project.anon.from("children").insert({ id: 3, item_id: 77 });
    expect([foreign.status, foreign.error?.code]).toEqual([409, "23503"]);
  });
});

describe("a role that may write", () => {
  test("inserts one or many, with unchanged values", async () => {
    const data = { nested: [1, { two: null }], text: 'ü " \\' };
    const one = await user
      .from("items")
      .insert({
        name: "one",
        data,
        tags: ["a,b", 'c"'],
        sold_at: "2026-05-06T07:08:09Z",
        price: 1.5,
      })
      .select()
      .single();
    expect(one.status).toBe(201);
    expect(one.data).toMatchObject({ name: "one", data, tags: ["a,b", 'c"'], price: 1.5 });
    expect(one.data.sold_at).toBe("2026-05-06T07:08:09+00:00");
    const many = await user
      .from("items")
      .insert([{ name: "x" }, { name: "y" }], { count: "exact" });
    expect([many.status, many.data, many.count]).toEqual([201, null, 2]);
  });

  test("a repeated key is 409", async () => {
    const { status, error } = await user.from("items").insert({ name: "anvil" });
    expect([status, error?.code]).toEqual([409, "23505"]);
  });

  test("a violated deferred constraint is refused too", async () => {
    const { status, error } = await project.anon.from("late").insert({ item_id: 77 });
    expect([status, error?.code]).toEqual([409, "23503"]);
    expect((await project.anon.from("late").insert({ item_id: 1 })).status).toBe(201);
  });

  test("updates and deletes the rows that match the filters", async () => {
    await user.from("items").insert([{ name: "x" }, { name: "y" }]);
    const updated = await user
      .from("items")
      .update({ price: 7 })
      .in("name", ["x", "y"])
      .select("name,price");
    expect(updated.data).toEqual([
      { name: "x", price: 7 },
      { name: "y", price: 7 },
    ]);
    const nothing = await user.from("items").update({}).eq("name", "x").select();
    expect(nothing.data).toEqual([]);
    const deleted = await user.from("items").delete({ count: "exact" }).eq("name", "x");
    expect([deleted.status, deleted.count]).toEqual([204, 1]);
    expect((await rows()).map(({ name }) => name)).not.toContain("x");
  });

  test("an update or delete of every row is refused, as by safeupdate, for whoever asks", async () => {
    const before = await rows();
    for (const client of [project.anon, user]) {
      const all = await client.from("items").update({ price: 0 });
      expect([all.status, all.error]).toEqual([
        400,
        { code: "21000", message: "UPDATE requires a WHERE clause", details: null, hint: null },
      ]);
      const none = await client.from("items").delete();
      expect([none.status, none.error?.message]).toEqual([400, "DELETE requires a WHERE clause"]);
    }
    expect((await user.from("items").update({})).error).toBeNull();
    expect(await rows()).toEqual(before);
  });

  test("upserts on the primary key, on other keys, and past duplicates", async () => {
    const inserted = await user
      .from("items")
      .upsert({ name: "u", price: 1 }, { onConflict: "name" });
    expect(inserted.status).toBe(201);
    const merged = await user
      .from("items")
      .upsert({ name: "u", price: 2 }, { onConflict: "name" })
      .select("price");
    expect([merged.status, merged.data]).toEqual([200, [{ price: 2 }]]);
    const ignored = await user
      .from("items")
      .upsert({ name: "u", price: 3 }, { onConflict: "name", ignoreDuplicates: true })
      .select();
    expect(ignored.data).toEqual([]);
    const byKey = await user
      .from("items")
      .upsert({ id: 1, name: "anvil", price: 10.5 })
      .select("id");
    expect([byKey.status, byKey.data]).toEqual([200, [{ id: 1 }]]);
  });

  test("single() and maxAffected() roll back when they refuse", async () => {
    const before = await rows();
    const two = await user
      .from("items")
      .insert([{ name: "x" }, { name: "y" }])
      .select()
      .single();
    expect([two.status, two.error?.code]).toEqual([406, "PGRST116"]);
    const many = await user.from("items").update({ price: 1 }).gt("id", 0).maxAffected(1);
    expect([many.status, many.error?.code]).toEqual([400, "PGRST124"]);
    expect(await rows()).toEqual(before);
  });

  test("an unknown column is PGRST204", async () => {
    const { status, error } = await user.from("items").insert({ nope: 1 });
    expect([status, error?.code]).toEqual([400, "PGRST204"]);
    expect(error?.message).toBe("Could not find the 'nope' column of 'items' in the schema cache");
  });
});

describe("bodies", () => {
  const post = async (body: BodyInit, type = "application/json", token?: string) => {
    const headers = new Headers({ "content-type": type });
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    const reply = await project.request("/items", { method: "POST", headers, body });
    return [reply.status, (await reply.json()).code];
  };

  test("that are no JSON, or rows of different keys, are PGRST102", async () => {
    expect(await post("{")).toEqual([400, "PGRST102"]);
    expect(await post("")).toEqual([400, "PGRST102"]);
    expect(await post('[{"name":"a"},{"price":1}]')).toEqual([400, "PGRST102"]);
    expect(await post("[1]")).toEqual([400, "PGRST102"]);
    expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toEqual([400, "PGRST102"]);
  });

  test("of another type are refused", async () => {
    expect(await post("name\na", "text/csv")).toEqual([415, "PGRST102"]);
    expect(await post("x", "image/png")).toEqual([400, "PGRST102"]);
  });

  test("over the limit are 413; without a secret key it is lower", async () => {
    const json = (bytes: number) => `{"nope":"${"x".repeat(bytes - 11)}"}`;
    const unknownColumn = [400, "PGRST204"];
    expect(await post(json(262_144))).toEqual(unknownColumn);
    expect(await post(json(262_145))).toEqual([413, "PGRST102"]);
    const token = await project.token({ role: "service_role" });
    expect(await post(json(262_145), "application/json", token)).toEqual(unknownColumn);
    expect(await post(json(10_485_761), "application/json", token)).toEqual([413, "PGRST102"]);
  });

  test("with NUL or half a character are 400", async () => {
    const insert = async (name: string) => {
      const { status, error } = await user.from("items").insert({ name });
      return [status, error?.code];
    };
    expect(await insert("a\u0000b")).toEqual([400, "22P05"]);
    expect(await insert("\ud800")).toEqual([400, "22P02"]);
  });

  test("with nothing to return are answered without a type", async () => {
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${await project.token({ role: "authenticated" })}`,
    };
    const init = { method: "POST", headers, body: '{"name":"n"}' };
    const reply = await project.request("/items", init);
    expect([reply.status, reply.headers.get("content-type")]).toEqual([201, null]);
  });

  test.each(["missing=default", "return=headers-only", "timezone=Europe/Berlin"])(
    "with Prefer: %s are refused",
    async (prefer) => {
      const headers = { "content-type": "application/json", prefer };
      const init = { method: "POST", headers, body: '{"name":"p"}' };
      const reply = await project.request("/items", init);
      expect(await reply.json()).toMatchObject({ code: "PGRST127" });
    },
  );

  test("PUT is not spoken", async () => {
    expect((await project.request("/items?id=eq.1", { method: "PUT", body: "{}" })).status).toBe(
      405,
    );
  });
});
