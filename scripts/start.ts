/** `npm start`: the embedded stack and the site, until Ctrl-C. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, type Target } from "./launch.ts";
import { kulti_dir, on_end, root } from "./process.ts";
import { local_json, running_kulti } from "./running.ts";

function port(name: string, otherwise: number): number {
  const number = Number(process.env[name] || otherwise);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new Error(`Cannot start: ${name} is "${process.env[name]}", which is no port.`);
}

/** What `local` calls an option is an environment variable here. */
const in_words_of_env = (message: string): string =>
  message
    .replace(/\((api|db|site)_port\)/, (_, name) => `(KULTI_${name.toUpperCase()}_PORT)`)
    .replace("(data_dir)", "(KULTI_DIR)")
    .replace("(db_url)", "(KULTI_DB_URL)")
    .replace("(rest_url, realtime_url)", "(KULTI_REST_URL, KULTI_REALTIME_URL)")
    .replace("(jwt_secret)", "(KULTI_JWT_SECRET)");

function print({ api_url, site_url, db_url, publishable_key, secret_key }: Target) {
  console.log(`
  Kulti is on stage.

    Site              ${site_url}
    API               ${api_url}
    Database          ${db_url}
    Publishable key   ${publishable_key}
    Secret key        ${secret_key}

  Put an agent on stage, in another terminal:

    npx kulti demo
${process.stdin.isTTY ? "\n  Or press d for the demo here; Ctrl-C ends.\n" : "\n  Ctrl-C ends.\n"}`);
}

function demo_on_key() {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true).on("data", (data) => {
    const key = String(data);
    if (key === "\u0003") process.kill(process.pid, "SIGINT");
    if (key === "d") {
      const demo = spawn("kulti", ["demo"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
      process.once("exit", () => demo.kill());
    }
  });
}

function make_folder() {
  try {
    mkdirSync(kulti_dir, { recursive: true });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`Cannot keep data in ${kulti_dir}: ${message}. Set KULTI_DIR to another.`);
  }
}

const started = Date.now();
let stopping: (() => Promise<void>) | undefined;
const end = on_end(async () => {
  if (stopping) rmSync(local_json, { force: true });
  await stopping?.();
});
try {
  const running = await running_kulti();
  if (running) {
    throw new Error(
      `Kulti is already running here: ${running.site_url}. For another one set KULTI_DIR, KULTI_API_PORT, KULTI_DB_PORT and KULTI_SITE_PORT.`,
    );
  }
  make_folder();
  const { stop, failed, ...target } = await launch({
    data_dir: join(kulti_dir, "data"),
    api_port: port("KULTI_API_PORT", 54321),
    db_port: port("KULTI_DB_PORT", 54322),
    site_port: port("KULTI_SITE_PORT", 4321),
    log: console.log,
  });
  stopping = stop;
  void failed.then((error) => {
    console.error(`Kulti ends. ${error.message}`);
    return end(1);
  });
  writeFileSync(local_json, `${JSON.stringify(target, null, 2)}\n`, { mode: 0o600 });
  print(target);
  console.log(`  Ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  demo_on_key();
} catch (error) {
  console.error(error instanceof Error ? in_words_of_env(error.message) : error);
  process.exit(1);
}
