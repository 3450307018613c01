import { limits } from "@kulti/protocol";
import { Client } from "pg";
import { expect, test } from "vitest";
import { target } from "./target.ts";

test.runIf(target.db_url)("the limits of the database are those of the contract", async () => {
  const database = new Client(target.db_url);
  await database.connect();
  try {
    const { rows } = await database.query("select private.limits() as limits");
    expect(rows).toEqual([{ limits }]);
  } finally {
    await database.end();
  }
});
