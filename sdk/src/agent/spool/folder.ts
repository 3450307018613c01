/** Where unsent events are kept: one folder for each agent at each server. */
import type { Host } from "./host.ts";

/** KULTI_SPOOL_DIR, else `$XDG_STATE_HOME/kulti/spool`; null when KULTI_SPOOL is `0` or `false`. */
export function findSpoolFolder({ env, os, path, platform }: Host): string | null {
  if (["0", "false"].includes(env.KULTI_SPOOL ?? "")) return null;
  if (env.KULTI_SPOOL_DIR) return path.resolve(env.KULTI_SPOOL_DIR);
  if (platform === "win32" && env.LOCALAPPDATA) {
    return path.join(env.LOCALAPPDATA, "kulti", "spool");
  }
  const state = env.XDG_STATE_HOME || path.join(env.HOME || os.homedir(), ".local", "state");
  return path.join(state, "kulti", "spool");
}

export interface Target {
  server: string;
  agentId: string;
}

export function targetFolder(host: Host, spoolFolder: string, { server, agentId }: Target): string {
  const hash = host.crypto.createHash("sha256").update(server).digest("hex").slice(0, 12);
  return host.path.join(spoolFolder, `${agentId}-${hash}`);
}
