import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Expression, find_expressions, read_source } from "./expressions.ts";
import { least_ms } from "./growth.ts";
import { type Hostile, hostile_texts, text_of } from "./hostile.ts";

const root = join(import.meta.dirname, "../..");

/**
 * So long may each length take. A linear expression needs a tenth of that. The work of a nested repeat grows fast even
 * in a few units, a cubic one fails at 1,000 characters, a quadratic one takes 30 ms or more for 10,000 and 3 s for
 * 100,000. Small steps come first, because nothing stops an expression that has begun.
 */
const steps: { units?: number; length?: number; limit_ms: number }[] = [
  ...Array.from({ length: 17 }, (_, step) => ({ units: 8 + 2 * step, limit_ms: 10 })),
  { length: 1_000, limit_ms: 10 },
  { length: 10_000, limit_ms: 12 },
];
const [short, long] = [10_000, 100_000];
const long_limit_ms = 150;

/** What passes over a text ten times as long takes ten times as long, or a hundred times if it is quadratic. */
const most_growth = 35;
/** Shorter times tell no growth. */
const telling_ms = 30;

/** How many of the slowest texts are tried at full length. */
const slowest = 12;

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

/** What is too slow, in words; nothing if all is well. */
function fault_of(expression: Expression): string | undefined {
  const work = work_of(expression);
  const timed: { hostile: Hostile; ms: number }[] = [];
  const fault = (hostile: Hostile, length: number, ms: number) =>
    `${expression.place} /${expression.source}/${expression.flags}: ` +
    `${ms.toFixed(0)} ms for ${length} characters of ${JSON.stringify(hostile)}`;
  for (const hostile of hostile_texts(expression.source, expression.flags)) {
    let ms = 0;
    for (const { units = 0, length = units * hostile.unit.length, limit_ms } of steps) {
      const text = text_of(hostile, length);
      ms = least_ms(() => work(text), limit_ms);
      if (ms > limit_ms) return fault(hostile, length, ms);
    }
    timed.push({ hostile, ms });
  }
  timed.sort((a, b) => b.ms - a.ms);
  for (const { hostile } of timed.slice(0, slowest)) {
    const text = text_of(hostile, long);
    const ms = least_ms(() => work(text), telling_ms);
    if (ms <= telling_ms) continue;
    const part = text_of(hostile, short);
    const growth = ms / least_ms(() => work(part), 0);
    if (ms > long_limit_ms || growth > most_growth) return fault(hostile, long, ms);
  }
  return undefined;
}

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
  const faults = [...distinct.values()].map(fault_of).filter((fault) => fault !== undefined);
  expect(faults).toEqual([]);
}, 120_000);

test("every regular expression is a literal, or made once when its module loads", () => {
  expect(found.built_later).toEqual([]);
});

test("fault_of tells what is quadratic, cubic or worse from what is linear", () => {
  const fault = (source: string, flags = "") =>
    fault_of({ place: "here", source, flags, finds_all: flags.includes("g") });
  expect(fault("[.,;:!?]+$")).toContain("here");
  expect(fault("(a+)+b")).toContain("here");
  expect(fault("<(x|y)>[\\s\\S]*?<\\/\\1>")).toContain("here");
  expect(fault("a(?:.*b)?", "gs")).toContain("here");
  expect(fault("https?:\\/\\/[^\\s<>]+", "g")).toBeUndefined();
});

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
