import { limits } from "@kulti/protocol";
import postgres from "postgres";
import { expect, test } from "vitest";
import { target } from "./target.ts";

test.runIf(target.db_url)("the limits of the database are those of the contract", async () => {
  const sql = postgres(target.db_url, { max: 1 });
  try {
    const [row] = await sql`select private.limits() as limits`;
    expect(row?.limits).toEqual(limits);
  } finally {
    await sql.end();
  }
});
