/** A copy of the fixture project and a data folder, in a temporary place that the test removes. */
import { chmod, cp, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const fixture = fileURLToPath(new URL("../../test-fixtures/project", import.meta.url));

export interface Fixture {
  projectDir: string;
  dataDir: string;
  remove(): Promise<void>;
}

export async function copyFixture(): Promise<Fixture> {
  // Not the home folder: when tests run as root, another user must get in.
  const folder = await mkdtemp("/var/tmp/kulti-local-test-");
  await chmod(folder, 0o755);
  const projectDir = path.join(folder, "project");
  await cp(fixture, projectDir, { recursive: true });
  return {
    projectDir,
    dataDir: path.join(folder, "data"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
