/** What the spool needs of the platform: Node, Deno and Bun have it, browsers and Workers do not. */

export interface Host {
  fs: typeof import("node:fs");
  path: typeof import("node:path");
  os: typeof import("node:os");
  crypto: typeof import("node:crypto");
  pid: number;
  platform: string;
  env: Record<string, string | undefined>;
}

let known: Host | null | undefined;

/** Null where there are no files. Not an import: bundlers for browsers would fail on `node:fs`. */
export function findHost(): Host | null {
  if (known === undefined) known = lookUpHost();
  return known;
}

function lookUpHost(): Host | null {
  const process = globalThis.process as NodeJS.Process | undefined;
  if (typeof process?.getBuiltinModule !== "function") return null;
  try {
    const [fs, path, os, crypto] = ["fs", "path", "os", "crypto"].map((name) =>
      process.getBuiltinModule(`node:${name}`),
    ) as [Host["fs"], Host["path"], Host["os"], Host["crypto"]];
    // Workers have modules of these names that can do nothing.
    if (typeof fs?.openSync !== "function" || typeof os?.homedir !== "function") return null;
    if (!(process.pid > 0) || process.platform === undefined) return null;
    return { fs, path, os, crypto, pid: process.pid, platform: process.platform, env: process.env };
  } catch {
    return null;
  }
}
