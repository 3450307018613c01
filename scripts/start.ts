/** `npm start`: the embedded stack and the site, until Ctrl-C. */
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, type Target } from "./launch.ts";
import { kulti_dir, on_end, root } from "./process.ts";

const local_json = join(kulti_dir, "local.json");
const port = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

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

const started = Date.now();
mkdirSync(kulti_dir, { recursive: true });
let stopping: (() => Promise<void>) | undefined;
const launching = launch({
  data_dir: join(kulti_dir, "data"),
  api_port: port("KULTI_API_PORT", 54321),
  db_port: port("KULTI_DB_PORT", 54322),
  site_port: port("KULTI_SITE_PORT", 4321),
});
on_end(async () => {
  rmSync(local_json, { force: true });
  await stopping?.();
});
try {
  const { stop, ...target } = await launching;
  stopping = stop;
  writeFileSync(local_json, `${JSON.stringify(target, null, 2)}\n`, { mode: 0o600 });
  print(target);
  console.log(`  Ready after ${((Date.now() - started) / 1000).toFixed(1)} s.`);
  demo_on_key();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
