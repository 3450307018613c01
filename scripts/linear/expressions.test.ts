import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Expression, findExpressions, readSource } from "./expressions.ts";
import { type Bounds, faultOf } from "./growth.ts";
import { hostileTexts } from "./hostile.ts";

const root = join(import.meta.dirname, "../..");

/** A linear expression needs a tenth of it; a quadratic one 30 ms or more for 10,000 characters and 3 s for 100,000. */
const bounds: Bounds = {
  steps: [
    ...Array.from({ length: 17 }, (_, step) => ({ units: 8 + 2 * step, limitMs: 10 })),
    { length: 1_000, limitMs: 10 },
    { length: 10_000, limitMs: 12 },
  ],
  long: 100_000,
  longLimitMs: 150,
  tellingMs: 30,
  slowest: 12,
};

function workOf({ source, flags, findsAll }: Expression): (text: string) => void {
  const isSticky = flags.includes("y");
  const all = findsAll && !isSticky && !flags.includes("g") ? `${flags}g` : flags;
  const expression = new RegExp(source, all);
  return (text) => {
    expression.lastIndex = 0;
    if (expression.global) text.replace(expression, "");
    else expression.exec(text);
  };
}

const faultIn = (expression: Expression): string | undefined =>
  faultOf(
    `${expression.place} /${expression.source}/${expression.flags}`,
    workOf(expression),
    hostileTexts(expression.source, expression.flags),
    bounds,
  );

const found = findExpressions(root);

/** What `new RegExp` makes while a module loads. */
async function builtExpressions(file: string): Promise<Expression[]> {
  const built: Expression[] = [];
  const Native = globalThis.RegExp;
  vi.resetModules();
  globalThis.RegExp = new Proxy(Native, {
    construct(target, [source, flags = ""]: [string, string?]) {
      built.push({ place: file, source, flags, findsAll: flags.includes("g") });
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

test("every regular expression of the product is linear in hostile text made for it", async () => {
  const all = [...found.expressions];
  for (const file of found.builtOnLoad) all.push(...(await builtExpressions(file)));
  // The walk over the sources saw them: a few that are known to be there.
  expect(all.length).toBeGreaterThan(250);
  const distinct = new Map(all.map((one) => [`/${one.source}/${one.flags}${one.findsAll}`, one]));
  const faults = [...distinct.values()].map(faultIn).filter((fault) => fault !== undefined);
  expect(faults).toEqual([]);
}, 120_000);

test("every regular expression is a literal, or made once when its module loads", () => {
  expect(found.builtLater).toEqual([]);
});

test("faultIn distinguishes quadratic and worse from linear", () => {
  const fault = (source: string, flags = "") =>
    faultIn({ place: "here", source, flags, findsAll: flags.includes("g") });
  expect(fault("[.,;:!?]+$")).toContain("here");
  expect(fault("(a+)+b")).toContain("here");
  expect(fault("<(x|y)>[\\s\\S]*?<\\/\\1>")).toContain("here");
  expect(fault("a(?:.*b)?", "gs")).toContain("here");
  expect(fault("https?:\\/\\/[^\\s<>]+", "g")).toBeUndefined();
}, 120_000);

test("readSource sees literals, how they are used, and expressions made of strings", () => {
  const seen = { expressions: [], builtOnLoad: [], builtLater: [] };
  const text =
    "const a = b.split(/x+$/);\nconst c = new RegExp(d);\nconst e = (f: string) => new RegExp(f);\n" +
    "const g = <p>{/y/.test(h)}</p>;";
  readSource("a.tsx", text, seen);
  expect(seen).toEqual({
    expressions: [
      { place: "a.tsx:1", source: "x+$", flags: "", findsAll: true },
      { place: "a.tsx:4", source: "y", flags: "", findsAll: false },
    ],
    builtOnLoad: ["a.tsx"],
    builtLater: ["a.tsx:3"],
  });
});
