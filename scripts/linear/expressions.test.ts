import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Expression, find_expressions, read_source } from "./expressions.ts";
import { type Bounds, fault_of } from "./growth.ts";
import { hostile_texts } from "./hostile.ts";

const root = join(import.meta.dirname, "../..");

/** A linear expression needs a tenth of it; a quadratic one 30 ms or more for 10,000 characters and 3 s for 100,000. */
const bounds: Bounds = {
  steps: [
    ...Array.from({ length: 17 }, (_, step) => ({ units: 8 + 2 * step, limit_ms: 10 })),
    { length: 1_000, limit_ms: 10 },
    { length: 10_000, limit_ms: 12 },
  ],
  long: 100_000,
  long_limit_ms: 150,
  telling_ms: 30,
  slowest: 12,
};

function work_of({ source, flags, finds_all }: Expression): (text: string) => void {
  const is_sticky = flags.includes("y");
  const all = finds_all && !is_sticky && !flags.includes("g") ? `${flags}g` : flags;
  const expression = new RegExp(source, all);
  return (text) => {
    expression.lastIndex = 0;
    if (expression.global) text.replace(expression, "");
    else expression.exec(text);
  };
}

const fault_in = (expression: Expression): string | undefined =>
  fault_of(
    `${expression.place} /${expression.source}/${expression.flags}`,
    work_of(expression),
    hostile_texts(expression.source, expression.flags),
    bounds,
  );

const found = find_expressions(root);

/** What `new RegExp` makes while a module loads. */
async function built_expressions(file: string): Promise<Expression[]> {
  const built: Expression[] = [];
  const Native = globalThis.RegExp;
  vi.resetModules();
  globalThis.RegExp = new Proxy(Native, {
    construct(target, [source, flags = ""]: [string, string?]) {
      built.push({ place: file, source, flags, finds_all: flags.includes("g") });
      return new target(source, flags);
    },
  });
  try {
    await import(/* @vite-ignore */ join(root, file));
  } finally {
    globalThis.RegExp = Native;
  }
  return built;
}

test("every regular expression of the product is linear in hostile text of its own making", async () => {
  const all = [...found.expressions];
  for (const file of found.built_on_load) all.push(...(await built_expressions(file)));
  // The walk over the sources saw them: a few that are known to be there.
  expect(all.length).toBeGreaterThan(250);
  const distinct = new Map(all.map((one) => [`/${one.source}/${one.flags}${one.finds_all}`, one]));
  const faults = [...distinct.values()].map(fault_in).filter((fault) => fault !== undefined);
  expect(faults).toEqual([]);
}, 120_000);

test("every regular expression is a literal, or made once when its module loads", () => {
  expect(found.built_later).toEqual([]);
});

test("fault_in tells what is quadratic, cubic or worse from what is linear", () => {
  const fault = (source: string, flags = "") =>
    fault_in({ place: "here", source, flags, finds_all: flags.includes("g") });
  expect(fault("[.,;:!?]+$")).toContain("here");
  expect(fault("(a+)+b")).toContain("here");
  expect(fault("<(x|y)>[\\s\\S]*?<\\/\\1>")).toContain("here");
  expect(fault("a(?:.*b)?", "gs")).toContain("here");
  expect(fault("https?:\\/\\/[^\\s<>]+", "g")).toBeUndefined();
}, 120_000);

test("read_source sees literals, how they are used, and expressions made of strings", () => {
  const seen = { expressions: [], built_on_load: [], built_later: [] };
  const text =
    "const a = b.split(/x+$/);\nconst c = new RegExp(d);\nconst e = (f: string) => new RegExp(f);\n" +
    "const g = <p>{/y/.test(h)}</p>;";
  read_source("a.tsx", text, seen);
  expect(seen).toEqual({
    expressions: [
      { place: "a.tsx:1", source: "x+$", flags: "", finds_all: true },
      { place: "a.tsx:4", source: "y", flags: "", finds_all: false },
    ],
    built_on_load: ["a.tsx"],
    built_later: ["a.tsx:3"],
  });
});
