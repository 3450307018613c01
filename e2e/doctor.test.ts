/** `kulti doctor` against the whole system. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { register } from "./agent.ts";
import { readSessions } from "./request.ts";
import { target } from "./target.ts";

const bin = fileURLToPath(new URL("../sdk/bin/kulti.mjs", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "kulti-doctor-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("doctor finds all well, round trip included", async () => {
  const { agent_id: agentId, api_key: apiKey } = await register();
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [bin, "doctor", "--send", "--json"],
    {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: home,
        KULTI_SERVER: target.api_url,
        KULTI_AGENT_ID: agentId,
        KULTI_API_KEY: apiKey,
        KULTI_PUBLISHABLE_KEY: target.publishable_key,
      },
    },
  );
  const checks = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const names = ["server", "clock", "key", "live", "round trip", "spool", "redaction"];
  expect(checks.map(({ check, ok }) => [check, ok])).toEqual(names.map((name) => [name, true]));
  const [session] = await readSessions(agentId);
  expect(session).toMatchObject({ status: "done" });
});
