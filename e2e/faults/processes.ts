/** The processes of the stack under test, found by their environment or their port. Linux only. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { Client } from "pg";
import { target } from "../target.ts";

const read = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

const all = (): number[] => {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
};

/** The processes that run this stack's functions. */
export const functionWorkers = (): number[] =>
  all().filter((pid) => {
    if (!/deno/.test(read(`/proc/${pid}/cmdline`))) return false;
    return read(`/proc/${pid}/environ`).split("\0").includes(`SUPABASE_URL=${target.api_url}`);
  });

/** Postgres' own processes: the first is the one that started the others. Empty where it runs elsewhere. */
export async function postgresProcesses(): Promise<{ pid: number; title: string }[]> {
  const database = new Client(target.db_url);
  await database.connect();
  const { rows } = await database.query("select pg_backend_pid() as pid");
  const parent = Number(/^PPid:\s*(\d+)/m.exec(read(`/proc/${rows[0].pid}/status`))?.[1] ?? 0);
  await database.end();
  if (!parent || !/postgres$/.test(exeOf(parent))) return [];
  const children = all().filter((pid) =>
    new RegExp(`^PPid:\\s*${parent}$`, "m").test(read(`/proc/${pid}/status`)),
  );
  return [parent, ...children].map((pid) => ({ pid, title: read(`/proc/${pid}/cmdline`) }));
}

function exeOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}
