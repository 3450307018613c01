import { describe, expect, it } from "vitest";
import { splitStatements } from "./split-statements.ts";

const texts = (script: string) => splitStatements(script).map((statement) => statement.text);

describe("splitStatements", () => {
  it.each([
    ["plain", "select 1; select 2;", ["select 1", "select 2"]],
    ["the last without semicolon", "select 1;\nselect 2", ["select 1", "select 2"]],
    ["strings", "select 'a;b', 'it''s;'; select 2", ["select 'a;b', 'it''s;'", "select 2"]],
    ["a backslash in a plain string", "select 'a\\'; select 2", ["select 'a\\'", "select 2"]],
    ["escape strings", "select E'a\\';b'; select 2", ["select E'a\\';b'", "select 2"]],
    ["identifiers", 'select 1 as "a;b"; select 2', ['select 1 as "a;b"', "select 2"]],
    ["dollar quotes", "do $$ begin; end $$; select 2", ["do $$ begin; end $$", "select 2"]],
    ["nested tags", "do $a$ x; $b$;$b$ $a$; select 2", ["do $a$ x; $b$;$b$ $a$", "select 2"]],
    ["parameters are no quotes", "select $1; select $2", ["select $1", "select $2"]],
    ["a dollar in a name", "select a$b; select c$b", ["select a$b", "select c$b"]],
    ["line comments", "select 1 -- a;b\n; select 2", ["select 1 -- a;b", "select 2"]],
    [
      "block comments nest",
      "select 1 /* a; /* b; */ c; */; select 2",
      ["select 1 /* a; /* b; */ c; */", "select 2"],
    ],
    [
      "rules",
      "create rule r as on insert to t do (select 1; select 2); select 3",
      ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
    ],
    ["begin is a statement", "begin; select 1; end;", ["begin", "select 1", "end"]],
    [
      "begin atomic",
      "create function f() begin atomic select case when a then 1 end; select 2; end; select 3",
      ["create function f() begin atomic select case when a then 1 end; select 2; end", "select 3"],
    ],
    [
      "backslash commands end with their line",
      "begin;\n-- a;b\n\\ir a/b.psql\nselect 1;\n\\ir c.psql",
      ["begin", "\\ir a/b.psql", "select 1", "\\ir c.psql"],
    ],
    ["a backslash inside a statement", "select 1\n\\ 2; select 3", ["select 1\n\\ 2", "select 3"]],
    ["only comments", "-- nothing\n/* at all */", ["/* at all */"]],
  ])("%s", (_name, script, expected) => {
    expect(texts(script)).toEqual(expected);
  });

  it("tells the line on which a statement starts", () => {
    expect(
      splitStatements("-- head\n\nselect 1;\n\n-- then\nselect 2;").map((s) => s.line),
    ).toEqual([3, 6]);
  });
});
