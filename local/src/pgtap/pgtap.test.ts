import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../ports.ts";
import { type EmbeddedPostgres, startPostgres } from "../postgres/index.ts";
import { copyCluster } from "../testing/cluster.ts";
import { copyFixture, type Fixture } from "../testing/fixture.ts";
import { runPgtap } from "./index.ts";
import { readTap } from "./tap.ts";

let fixture: Fixture;
let server: EmbeddedPostgres;

beforeAll(async () => {
  fixture = await copyFixture();
  await copyCluster(fixture.dataDir);
  server = await startPostgres({ dataDir: fixture.dataDir, port: await freePort() });
});

afterAll(async () => {
  await server?.stop();
  await fixture?.remove();
});

async function run(scripts: Record<string, string>, grep?: RegExp) {
  const folder = path.join(fixture.projectDir, "tests");
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [name, script] of Object.entries(scripts)) {
    const file = path.join(folder, name);
    if (name.endsWith(".sql")) files.push(file);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, script);
  }
  const lines: string[] = [];
  const result = await runPgtap({
    dbUrl: server.db_url,
    files,
    log: (line) => lines.push(line),
    ...(grep && { grep }),
  });
  return { ...result, lines };
}

const good = `
begin;
select plan(3);
create function pg_temp.f() returns text language plpgsql as $$ begin return 'a;b'; end $$;
select is(pg_temp.f(), 'a;b', 'dollar quotes hold semicolons');
select is(current_user, 'postgres', 'runs as postgres');
select throws_ok('select 1 / 0', '22012', null, 'knows refusals');
select * from finish();
rollback;`;

describe("runPgtap", () => {
  it("counts what has passed", async () => {
    expect(await run({ "good.sql": good })).toMatchObject({ passed: 3, failed: 0, failures: [] });
  });

  it("names the failed test, the value found and the value expected", async () => {
    const bad =
      "begin; select plan(2); select ok(true, 'fine'); select is(1, 2, 'one is two'); select * from finish(); rollback;";
    const { passed, failed, failures, lines } = await run({ "bad.sql": bad });
    expect({ passed, failed }).toEqual({ passed: 1, failed: 1 });
    expect(failures[0]?.name).toBe("one is two");
    expect(failures[0]?.detail).toMatch(/have: 1\n\s+want: 2/);
    expect(failures[0]?.file).toMatch(/bad\.sql$/);
    expect(lines.join("\n")).toContain("not ok bad.sql: one is two");
  });

  it("names the line of a statement that stops a script, and goes on with the next script", async () => {
    const stopped =
      "begin;\nselect plan(2);\nselect pass('one');\n\nselect no_such();\nselect pass('two');";
    const { passed, failures } = await run({ "a.sql": stopped, "b.sql": good });
    expect(passed).toBe(4);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.name).toBe("line 5");
    expect(failures[0]?.detail).toContain("no_such() does not exist");
  });

  it("includes files with \\ir, each relative to the file that names it", async () => {
    const result = await run({
      "a.sql":
        "begin;\nselect plan(2);\n\\ir helpers/first.psql\nselect is(pg_temp.two(), 2, 'two');\nrollback;",
      "helpers/first.psql":
        "-- The first.\n\\ir second.psql\nselect pass('prints its tests too');\n",
      "helpers/second.psql":
        "create function pg_temp.two() returns integer language sql as 'select 2'",
    });
    expect(result).toMatchObject({ passed: 2, failed: 0 });
  });

  it("names the file and line of a statement that stops an included file", async () => {
    const including = "begin;\nselect plan(1);\n\\ir helpers/broken.psql\nselect pass('one');";
    const { passed, failures } = await run({
      "a.sql": including,
      "helpers/broken.psql": "select 1;\nselect no_such();",
    });
    expect(passed).toBe(0);
    expect(failures.map(({ name }) => name)).toEqual(["line 3: broken.psql, line 2"]);
    expect(failures[0]?.detail).toContain("no_such() does not exist");
  });

  it("fails at a file that is missing, and at another command of psql", async () => {
    const missing = (await run({ "a.sql": "\n\\ir nothing.psql\n" })).failures[0];
    expect(missing).toMatchObject({
      name: "line 2",
      detail: expect.stringContaining("nothing.psql"),
    });
    const unknown = (await run({ "a.sql": "\\set x 1" })).failures[0];
    expect(unknown).toMatchObject({
      name: "line 1",
      detail: expect.stringContaining('"\\set x 1"'),
    });
  });

  it("fails a script that ran less than its plan, or has none", async () => {
    const less = "begin; select plan(2); select pass('one'); select * from finish(); rollback;";
    expect((await run({ "less.sql": less })).failures[0]?.detail).toBe("Planned 2 tests, ran 1.");
    expect((await run({ "none.sql": "select 1;" })).failures[0]?.detail).toContain("No plan");
  });

  it("runs the scripts that are asked for", async () => {
    expect((await run({ "10_a.sql": good, "20_b.sql": good }, /^20/)).passed).toBe(3);
  });
});

describe("readTap", () => {
  it("does not count a failing test that is marked TODO, nor the tests inside a subtest", () => {
    const lines = [
      "    ok 1 - inner",
      "    1..1",
      "ok 1 - outer",
      "not ok 2 - later # TODO soon",
      "1..2",
    ];
    expect(readTap(lines)).toEqual({ passed: 2, failures: [] });
  });
});
