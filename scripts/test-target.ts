/** A Kulti of its own for the length of a test run: free ports, data in a temporary folder that is removed. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remove_data } from "@kulti/local";
import { launch } from "./launch.ts";

/** `use` gets the addresses and keys as the environment variables that `e2e/target.ts` reads. */
export async function with_test_target<Result>(
  use: (env: Record<string, string>) => Promise<Result>,
): Promise<Result> {
  const data_dir = mkdtempSync(join(tmpdir(), "kulti-test-"));
  const launched = await launch({ data_dir, api_port: 0, db_port: 0, site_port: 0 });
  try {
    return await use({
      KULTI_API_URL: launched.api_url,
      KULTI_SITE_URL: launched.site_url,
      KULTI_DB_URL: launched.db_url,
      KULTI_PUBLISHABLE_KEY: launched.publishable_key,
      KULTI_SECRET_KEY: launched.secret_key,
    });
  } finally {
    await launched.stop();
    await remove_data(data_dir);
  }
}
