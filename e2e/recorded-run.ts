/** A recorded run, sent with the command as users do. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { target } from "./target.ts";

/** The recorded run if it is available, otherwise one of our own. */
export function recordedRun(): string {
  const recorded = join(import.meta.dirname, "../../shared/real/swe-agent-marshmallow-1867.traj");
  return existsSync(recorded) ? recorded : ownRun;
}

/** Small, and the same everywhere. */
export const ownRun = join(import.meta.dirname, "fixtures/run.traj");

export async function replay(
  file: string,
  agent: { agentId: string; apiKey: string },
): Promise<void> {
  const cli = join(import.meta.dirname, "../sdk/bin/kulti.mjs");
  const child = spawn(process.execPath, [cli, "replay", file, "--speed", "max"], {
    env: {
      ...process.env,
      KULTI_SERVER: target.api_url,
      KULTI_AGENT_ID: agent.agentId,
      KULTI_API_KEY: agent.apiKey,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const note = (data: Buffer) => {
    output += data;
  };
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`kulti replay ended with ${code}: ${output}`);
}
