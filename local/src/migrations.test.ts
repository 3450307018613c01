import { expect, onTestFinished, test } from "vitest";
import { open_connection } from "./database/connection.ts";
import { apply_migrations } from "./migrations.ts";
import { free_port } from "./ports.ts";
import { startPostgres } from "./postgres/index.ts";
import { copy_cluster } from "./testing/cluster.ts";
import { copy_fixture } from "./testing/fixture.ts";

test("apply_migrations tells PostgREST, on a database without Supabase's triggers too", async () => {
  const fixture = await copy_fixture();
  await copy_cluster(fixture.data_dir);
  onTestFinished(fixture.remove);
  const server = await startPostgres({ data_dir: fixture.data_dir, port: await free_port() });
  onTestFinished(server.stop);
  const { client, close } = await open_connection(server.admin_url, { application_name: "test" });
  onTestFinished(close);
  await client.query("drop event trigger pgrst_ddl_watch; drop event trigger pgrst_drop_watch");
  const heard: unknown[] = [];
  client.on("notification", ({ payload }) => heard.push(payload));
  await client.query("listen pgrst");
  expect(await apply_migrations(fixture.project_dir, server.db_url)).toBe(1);
  await expect.poll(() => heard).toEqual(["reload schema"]);
  expect(await apply_migrations(fixture.project_dir, server.db_url)).toBe(0);
});
