// Starts every npm script. Plain JavaScript without dependencies, so that it runs in a fresh clone on Node 20.
// Installs missing packages, then runs `scripts/commands/<command>.ts` under Node 24, which is a dependency.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "node_modules", ".bin");
const stamp = join(root, "node_modules", ".kulti-installed");

function install() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .update(`${process.platform} ${process.arch}`)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Installing dependencies (first run, or package-lock.json has changed) …");
  // Not `npm ci`: it refuses a lock file made where a registry lacks the binaries of some other platform. No installed
  // package needs its install script.
  const kinds = ["--no-save", "--include=dev", "--include=optional", "--ignore-scripts"];
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnSync("npm", ["install", ...kinds, ...quiet, ...npmCache()], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) {
    console.error(`Cannot continue: npm install ended with ${status}.`);
    process.exit(1);
  }
  linkNode();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** npm's own cache; if another user's files block it (after `sudo npm`, say), one beside the installed packages. */
function npmCache() {
  const folder = join(process.env.npm_config_cache ?? "", "_cacache");
  const used = [join(folder, ".."), folder, join(folder, "tmp"), join(folder, "content-v2")];
  try {
    for (const path of used.filter(existsSync)) accessSync(path, constants.W_OK);
    return [];
  } catch {
    return [`--cache=${join(root, "node_modules", ".cache", "npm")}`];
  }
}

/** The installed Node 24, or this Node if npm has none for this platform and this one is new enough. */
function node() {
  const installed = join(bin, "node");
  if (existsSync(installed)) return installed;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  console.error(
    `Cannot continue: this is Node ${process.versions.node}, 24 or later is needed, and npm has no build for ${process.platform} on ${process.arch}.`,
  );
  process.exit(1);
}

/** npm 10 removes `.bin/node` with the packages of other platforms, which have a command of the same name. */
function linkNode() {
  const { platform, arch } = process;
  const name = `${platform === "darwin" && arch === "arm64" ? "node-bin" : "node"}-${platform}-${arch}`;
  const link = join(bin, "node");
  if (existsSync(link) || !existsSync(join(bin, "..", name, "bin", "node"))) return;
  rmSync(link, { force: true });
  symlinkSync(join("..", name, "bin", "node"), link);
}

/** This process ends with these: its parent and, if that is only npm's shell, npm. */
function ancestors() {
  const parents = [process.ppid];
  try {
    const [, , ppid] = readFileSync(`/proc/${process.ppid}/stat`, "utf8")
      .replace(/\(.*\)/, "x")
      .split(" ")
      .slice(1);
    const name = readFileSync(`/proc/${process.ppid}/comm`, "utf8").trim();
    if (process.env.npm_lifecycle_event && /^(ba|da)?sh$/.test(name)) parents.push(Number(ppid));
  } catch {
    // Without /proc, watch only the parent.
  }
  return parents;
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

const [command, ...args] = process.argv.slice(2);
const watched = ancestors();
const isOrphan = () => process.ppid !== watched[0] || !watched.every(isAlive);
install();
// An installation can take a minute: do not start a stack if the user ended it meanwhile.
if (isOrphan()) process.exit(1);
// The channel closes when this process dies for any reason, and the command then ends.
const child = spawn(node(), [join(root, "scripts", "commands", `${command}.ts`), ...args], {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: {
    // Caches Node's compiled TypeScript for later processes: a second `npm start` takes 2.1 s instead of 2.6.
    NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "node"),
    ...process.env,
    // Every process resolves the SDK to its sources, not to its built files.
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} --conditions=kulti-source`.trim(),
    PATH: `${bin}:${process.env.PATH}`,
  },
});
setInterval(() => {
  if (isOrphan()) child.kill("SIGTERM");
}, 500).unref();
// Pass it on even if the whole group got it, as from Ctrl-C: the command ends only once.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", ({ message }) => {
  console.error(
    `Cannot run Node 24 (${message}). Remove node_modules and start again to reinstall it.`,
  );
  process.exit(1);
});
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
