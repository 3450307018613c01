/** The package as its users get it: packed, and unpacked into a project's node_modules. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const sdk = fileURLToPath(new URL("..", import.meta.url));

/** Packs `from` into `folder`, makes that folder a project, and installs the tarball; returns both paths. */
export function installPacked(from: string, folder: string, options: string[] = []) {
  const pack = ["pack", "--offline", "--silent", "--pack-destination", folder, ...options];
  execFileSync("npm", pack, { cwd: from });
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) as string);
  const installed = join(folder, "node_modules/kulti");
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  return { tarball, installed };
}

/** The same of a build of its own, so that it disturbs no other that runs meanwhile. */
export function installPackage(folder: string) {
  const source = join(folder, "source");
  execFileSync(process.execPath, [join(sdk, "scripts/build.mjs"), join(source, "dist")]);
  for (const name of ["package.json", "README.md", "bin"]) {
    cpSync(join(sdk, name), join(source, name), { recursive: true });
  }
  return installPacked(source, folder, ["--ignore-scripts"]);
}
