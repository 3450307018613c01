/** A Kulti of its own for the length of a test run: free ports, data in a temporary folder that is removed. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remove_data } from "@kulti/local";
import { launch } from "./launch.ts";
import { on_end, run } from "./process.ts";

// Both may run elsewhere; then they know a site only if there is one of theirs.
const { KULTI_API_URL, KULTI_FUNCTIONS_URL, KULTI_SITE_URL = "", KULTI_SECRET_KEY } = process.env;
const functions_elsewhere = Boolean(KULTI_API_URL || KULTI_FUNCTIONS_URL);

/** `use` gets the addresses and keys as the environment variables that `e2e/target.ts` reads. */
export async function with_test_target<Result>(
  use: (env: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  if (KULTI_API_URL && !KULTI_SECRET_KEY) {
    throw new Error(
      "Cannot test what KULTI_API_URL names: KULTI_SECRET_KEY is not set. Agents are registered with it, since one address may register only a few.",
    );
  }
  const data_dir = mkdtempSync(join(tmpdir(), "kulti-test-"));
  // Functions that run elsewhere have been told one address of the API and cannot follow it to another port.
  const api_port = KULTI_FUNCTIONS_URL ? Number(process.env.KULTI_API_PORT ?? 0) : 0;
  const site_url = KULTI_API_URL && KULTI_SITE_URL;
  const launched = await launch({ data_dir, api_port, db_port: 0, site_port: 0, site_url });
  try {
    return await use({
      KULTI_API_URL: launched.api_url,
      KULTI_SITE_URL: launched.site_url,
      KULTI_KNOWN_SITE_URL: functions_elsewhere ? KULTI_SITE_URL : launched.site_url,
      KULTI_DB_URL: launched.db_url,
      KULTI_PUBLISHABLE_KEY: launched.publishable_key,
      KULTI_SECRET_KEY: launched.secret_key,
    });
  } finally {
    await launched.stop();
    await remove_data(data_dir);
  }
}

/** Runs a command on such a Kulti to its end and answers its exit code. */
export async function run_on_test_target(command: string, args: string[]): Promise<number> {
  on_end(async () => {});
  return with_test_target((env) => run(command, args, { env })).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
}
