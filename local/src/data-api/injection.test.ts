/** Every place of a request whose text comes near a statement, with text that would end or extend the statement. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startProject, type TestProject } from "./test-project.ts";

let project: TestProject;
beforeAll(async () => {
  project = await startProject();
});
afterAll(() => project?.stop());

const attacks = [
  `"; drop table api.locked; --`,
  `"; select secret from api.locked; --`,
  `'; drop table api.locked; --`,
  `') or true; --`,
  `1) or (1=1`,
  `" or "1"="1`,
  `\\'; drop table api.locked; --`,
  `$1`,
  `$$; drop table api.locked; $$`,
  `id\0"; drop table api.locked; --`,
  `/*`,
  `--`,
  `*) from api.locked; --`,
  `(select secret from api.locked)`,
  `id) as x, (select secret from api.locked`,
  `int) from api.locked; drop table api.locked; --`,
];

const places: [string, (attack: string) => string][] = [
  ["table", (a) => `/${encodeURIComponent(a)}`],
  ["function", (a) => `/rpc/${encodeURIComponent(a)}`],
  ["select", (a) => `/items?select=${encodeURIComponent(a)}`],
  ["select, quoted", (a) => `/items?select=${encodeURIComponent(JSON.stringify(a))}`],
  ["alias", (a) => `/items?select=${encodeURIComponent(`${JSON.stringify(a)}:id`)}`],
  ["cast", (a) => `/items?select=${encodeURIComponent(`id::${a}`)}`],
  ["JSON path", (a) => `/items?select=${encodeURIComponent(`data->>${JSON.stringify(a)}`)}`],
  ["JSON path, bare", (a) => `/items?select=${encodeURIComponent(`data->>${a}`)}`],
  ["filter column", (a) => `/items?${encodeURIComponent(JSON.stringify(a))}=eq.1`],
  ["filter path", (a) => `/items?${encodeURIComponent(`data->>${JSON.stringify(a)}`)}=eq.1`],
  ["operator", (a) => `/items?id=${encodeURIComponent(`${a}.1`)}`],
  ["quantifier", (a) => `/items?id=${encodeURIComponent(`eq(${a}).1`)}`],
  ["value", (a) => `/items?name=${encodeURIComponent(`eq.${a}`)}`],
  ["list", (a) => `/items?name=${encodeURIComponent(`in.(${JSON.stringify(a)})`)}`],
  ["is", (a) => `/items?name=${encodeURIComponent(`is.null${a}`)}`],
  ["language", (a) => `/items?name=${encodeURIComponent(`fts(${a}).x`)}`],
  ["logic", (a) => `/items?or=${encodeURIComponent(`(${JSON.stringify(a)}.eq.1,name.eq.${a})`)}`],
  ["order", (a) => `/items?order=${encodeURIComponent(`${JSON.stringify(a)}.desc`)}`],
  ["direction", (a) => `/items?order=${encodeURIComponent(`id.desc ${a}`)}`],
  ["limit", (a) => `/items?limit=${encodeURIComponent(a)}&offset=${encodeURIComponent(a)}`],
  ["argument", (a) => `/rpc/joined?words=${encodeURIComponent(a)}`],
  ["argument name", (a) => `/rpc/add?a=1&${encodeURIComponent(a)}=2`],
];

const intact = () => project.sql`select secret from api.locked`;

test.each(places)("%s", async (_, path) => {
  for (const attack of attacks) {
    const reply = await project.request(path(attack));
    const body = await reply.text();
    expect([attack, reply.status < 500]).toEqual([attack, true]);
    expect(body).not.toContain("the secret");
    // Nothing that was sent has been read as SQL.
    if (reply.status >= 400) expect(JSON.parse(body).code).not.toBe("42601");
  }
  expect(await intact()).toEqual([{ secret: "the secret" }]);
});

test("values come back as they were sent", async () => {
  for (const attack of attacks.filter((text) => !text.includes("\0"))) {
    const called = await project.anon.rpc("joined", { words: [attack] });
    expect(called.data).toBe(attack);
    const byGet = await project.anon.rpc("kind_of", { value: attack }, { get: true });
    expect(byGet.status).toBeLessThan(500);
    const stored = await project.service
      .from("items")
      .insert({ name: attack })
      .select("name")
      .single();
    expect(stored.data).toEqual({ name: attack });
    const found = await project.service.from("items").select("name").eq("name", attack);
    expect(found.data).toEqual([{ name: attack }]);
    const listed = await project.service.from("items").select("name").in("name", [attack]);
    expect(listed.data).toEqual([{ name: attack }]);
  }
});

test("names of columns in bodies, of conflict targets and of profiles", async () => {
  for (const attack of attacks) {
    const inserted = await project.service.from("items").insert({ [attack]: 1 } as object);
    expect(inserted.error?.code).toBe("PGRST204");
    const updated = await project.service
      .from("items")
      .update({ [attack]: 1 })
      .eq("id", 1);
    expect(updated.error?.code).toBe("PGRST204");
    const upserted = await project.service
      .from("items")
      .upsert({ name: "x" }, { onConflict: JSON.stringify(attack) });
    expect(upserted.error?.code).toMatch(/42703|PGRST100/);
    const columns = encodeURIComponent(JSON.stringify(attack));
    const listed = await project.request(`/items?columns=${columns}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "[]",
    });
    expect((await listed.json()).code).toBe("PGRST204");
  }
  expect(await intact()).toEqual([{ secret: "the secret" }]);
});

test("claims, headers and cookies", async () => {
  for (const attack of attacks) {
    const user = await project.withClaims({ role: attack, sub: attack });
    const { status } = await user.rpc("who");
    expect([400, 401, 403]).toContain(status);
  }
  const printable = attacks.filter((text) => !text.includes("\0"));
  for (const attack of printable) {
    const reply = await project.request("/rpc/who", { headers: { "x-probe": attack } });
    expect((await reply.json()).probe).toBe(attack);
  }
  expect(await intact()).toEqual([{ secret: "the secret" }]);
});
