/** The target of the tests: see scripts/lib/e2e-setup.ts. */
import { inject } from "vitest";

export interface E2eTarget {
  api_url: string;
  /** Empty where no site is served; then the tests in a browser fail. */
  site_url: string;
  /** The site that the functions know (their `KULTI_SITE_URL`). Empty if they know none. */
  knownSiteUrl: string;
  publishable_key: string;
  secret_key: string;
  /** Role postgres. Empty where the database can't be reached. */
  db_url: string;
}

declare module "vitest" {
  interface ProvidedContext {
    target: E2eTarget;
  }
}

export const target = inject("target");
