/** A copy of the fixture project, with a data folder beside it, in a place that goes after the test. */
import { chmod, cp, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const FIXTURE = fileURLToPath(new URL("../../test-fixtures/project", import.meta.url));

export interface Fixture {
  project_dir: string;
  data_dir: string;
  remove(): Promise<void>;
}

export async function copy_fixture(): Promise<Fixture> {
  // Not the home folder: when tests run as root, another user must get in.
  const folder = await mkdtemp("/var/tmp/kulti-local-test-");
  await chmod(folder, 0o755);
  const project_dir = path.join(folder, "project");
  await cp(FIXTURE, project_dir, { recursive: true });
  return {
    project_dir,
    data_dir: path.join(folder, "data"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
