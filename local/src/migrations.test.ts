import { expect, onTestFinished, test } from "vitest";
import { openConnection } from "./database/connection.ts";
import { applyMigrations } from "./migrations.ts";
import { freePort } from "./ports.ts";
import { startPostgres } from "./postgres/index.ts";
import { copyCluster } from "./testing/cluster.ts";
import { copyFixture } from "./testing/fixture.ts";

test("applyMigrations notifies PostgREST, also on a database without Supabase's triggers", async () => {
  const fixture = await copyFixture();
  await copyCluster(fixture.dataDir);
  onTestFinished(fixture.remove);
  const server = await startPostgres({ dataDir: fixture.dataDir, port: await freePort() });
  onTestFinished(server.stop);
  const { client, close } = await openConnection(server.adminUrl, { application_name: "test" });
  onTestFinished(close);
  await client.query("drop event trigger pgrst_ddl_watch; drop event trigger pgrst_drop_watch");
  const heard: unknown[] = [];
  client.on("notification", ({ payload }) => heard.push(payload));
  await client.query("listen pgrst");
  expect(await applyMigrations(fixture.projectDir, server.db_url)).toBe(1);
  await expect.poll(() => heard).toEqual(["reload schema"]);
  expect(await applyMigrations(fixture.projectDir, server.db_url)).toBe(0);
});
