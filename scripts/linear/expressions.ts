/** Finds every regular expression in the product's sources, and how each is used. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "vitest/node";

export interface Expression {
  /** `path:line` */
  place: string;
  source: string;
  flags: string;
  /** Whether one call looks for every match, not only for the first. */
  findsAll: boolean;
}

export interface Found {
  expressions: Expression[];
  /** Files that create a `new RegExp` once, when they load: only loading reveals the pattern. */
  builtOnLoad: string[];
  /** Places of each `new RegExp` inside a function, whose pattern is unknown. */
  builtLater: string[];
}

/** Tests, files that tests make for a moment, and tools of the repository meet no foreign text. */
const folders = ["supabase/functions", "sdk", "site", "local/src"];
const leftOut = /^(node_modules|dist|generated|testing|pgtap|waits-\d+\.ts|.*\.test\.tsx?|\..*)$/;
const isSource = /\.(ts|tsx|mts|js|mjs|astro)$/;

/** Methods that continue after each match, whatever the flags. */
const findsAllMethods = new Set(["split", "matchAll", "replaceAll"]);

export function findExpressions(root: string): Found {
  const found: Found = { expressions: [], builtOnLoad: [], builtLater: [] };
  for (const folder of folders) {
    for (const file of sourceFiles(root, folder)) {
      readSource(file, readFileSync(join(root, file), "utf8"), found);
    }
  }
  return found;
}

type Node = Record<string, unknown> & { type: string; start: number; end: number };

export function readSource(file: string, text: string, found: Found): void {
  const code = file.endsWith(".astro") ? scriptsOf(text) : text;
  const lineOf = (node: Node) => code.slice(0, node.start).split("\n").length;
  const lang = /\.[tj]s$|\.m[tj]s$|\.astro$/.test(file) ? "ts" : "tsx";
  walk(parseAst(code, { lang }) as unknown as Node, [], (node, parents) => {
    const place = `${file}:${lineOf(node)}`;
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex) {
      const { pattern: source, flags } = regex;
      const findsAll = flags.includes("g") || findsAllMethods.has(methodCalled(parents.at(-1)));
      found.expressions.push({ place, source, flags, findsAll });
    }
    const isBuilt = node.type === "NewExpression" || node.type === "CallExpression";
    if (!isBuilt || (node.callee as { name?: string }).name !== "RegExp") return;
    const isLater = parents.some(({ type }) => /Function/.test(type) && !isCalledAtOnce(parents));
    if (isLater) found.builtLater.push(place);
    else if (!found.builtOnLoad.includes(file)) found.builtOnLoad.push(file);
  });
}

/** A callback of a top-level `.map(…)` runs when the module loads. */
function isCalledAtOnce(parents: readonly Node[]): boolean {
  const first = parents.findIndex(({ type }) => /Function/.test(type));
  return parents[first - 1]?.type === "CallExpression";
}

function methodCalled(node: Node | undefined): string {
  const callee = node?.callee as { property?: { name?: string } } | undefined;
  return callee?.property?.name ?? "";
}

function walk(node: unknown, parents: Node[], visit: (node: Node, parents: Node[]) => void): void {
  if (Array.isArray(node)) for (const child of node) walk(child, parents, visit);
  if (typeof node !== "object" || node === null || typeof (node as Node).type !== "string") return;
  visit(node as Node, parents);
  const below = [...parents, node as Node];
  for (const child of Object.values(node)) walk(child, below, visit);
}

/** The TypeScript of an Astro page: its build-time code and its browser code. */
const scriptsOf = (text: string): string =>
  [...text.matchAll(/^---\n([\s\S]*?)\n---|<script[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, built, sent]) => built ?? sent)
    .join("\n;\n");

function sourceFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (leftOut.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(root, path);
    return isSource.test(entry.name) ? [path] : [];
  });
}
