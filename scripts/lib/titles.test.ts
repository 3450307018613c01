/** Titles of tests begin with their subject, so that a failing one reads as a sentence on its own. */
import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./process.ts";

const titleOfTest =
  /(?:^|[^\w.])(?:test|it|describe|Deno\.test)(?:\.\w+(?:\([^\n]*?\))?)*\(\s*(["'`])((?:\\.|(?!\1).)+)\1/g;
/** The last argument of an assertion, at the end of a line. */
const titleOfAssertion = /'((?:[^'\n]|'')+)'\s*\)\s*(?:;|$)/gm;
const dangling = /^(?:what(?:ever)?|who(?:ever|m)?|which|nor)\b/i;

test("titles of tests begin with their subject", () => {
  const typescript = globSync(
    ["{e2e,local,site,scripts,sdk}/**/*.test.ts", "supabase/functions/**/*.test.ts"],
    {
      cwd: root,
      exclude: ["**/node_modules/**", "**/dist/**", "sdk/src/player/**", "**/protocol/redact*"],
    },
  );
  const sql = globSync("supabase/tests/*.sql", { cwd: root });
  const titles = (files: string[], form: RegExp, group: number) =>
    files.flatMap((file) =>
      [...readFileSync(`${root}/${file}`, "utf8").matchAll(form)].map(
        (found) => `${file}: ${found[group]}`,
      ),
    );
  const all = [...titles(typescript, titleOfTest, 2), ...titles(sql, titleOfAssertion, 1)];
  expect(all.length).toBeGreaterThan(1_500);
  expect(all.filter((one) => dangling.test(one.slice(one.indexOf(": ") + 2)))).toEqual([]);
});
