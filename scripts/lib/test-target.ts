/** A Kulti of its own for the length of a test run: free ports, data in a temporary folder that is removed. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeData } from "@kulti/local";
import { launch } from "./launch.ts";
import { onEnd, run } from "./process.ts";

// Both may run elsewhere; then they know only their own site, if any.
const {
  KULTI_API_URL: kultiApiUrl,
  KULTI_FUNCTIONS_URL: kultiFunctionsUrl,
  KULTI_SITE_URL: kultiSiteUrl = "",
  KULTI_SECRET_KEY: kultiSecretKey,
} = process.env;
const functionsElsewhere = Boolean(kultiApiUrl || kultiFunctionsUrl);

/** `use` gets the addresses and keys as the environment variables that `e2e/target.ts` reads. */
export async function withTestTarget<Result>(
  use: (env: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  if (kultiApiUrl && !kultiSecretKey) {
    throw new Error(
      "Cannot test what KULTI_API_URL names: KULTI_SECRET_KEY is not set. The tests register agents with it, because one address may register only a few.",
    );
  }
  const dataDir = mkdtempSync(join(tmpdir(), "kulti-test-"));
  // Functions that run elsewhere have a fixed address of the API and cannot follow it to another port.
  const apiPort = kultiFunctionsUrl ? Number(process.env.KULTI_API_PORT ?? 0) : 0;
  const siteUrl = kultiApiUrl && kultiSiteUrl;
  const launched = await launch({ dataDir, apiPort, dbPort: 0, sitePort: 0, siteUrl });
  try {
    return await use({
      KULTI_API_URL: launched.api_url,
      KULTI_SITE_URL: launched.site_url,
      KULTI_KNOWN_SITE_URL: functionsElsewhere ? kultiSiteUrl : launched.site_url,
      KULTI_DB_URL: launched.db_url,
      KULTI_PUBLISHABLE_KEY: launched.publishable_key,
      KULTI_SECRET_KEY: launched.secret_key,
    });
  } finally {
    await launched.stop();
    await removeData(dataDir);
  }
}

/** Runs a command on such a Kulti to its end and answers its exit code. */
export async function runOnTestTarget(command: string, args: string[]): Promise<number> {
  onEnd(async () => {});
  return withTestTarget((env) => run(command, args, { env })).catch((error: Error) => {
    console.error(error.message);
    return 1;
  });
}
