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
  finds_all: boolean;
}

export interface Found {
  expressions: Expression[];
  /** Files with a `new RegExp` that is made once, when they load: only loading tells what it is. */
  built_on_load: string[];
  /** Places of each `new RegExp` inside a function: nobody can tell what it is. */
  built_later: string[];
}

/** Tests and tools of the repository meet no foreign text. */
const folders = ["supabase/functions", "sdk", "site", "local/src"];
const left_out = /^(node_modules|dist|generated|testing|pgtap|.*\.test\.tsx?|\..*)$/;
const is_source = /\.(ts|tsx|mts|js|mjs|astro)$/;

/** What splits or replaces goes on behind each match, whatever the flags say. */
const finds_all_methods = new Set(["split", "matchAll", "replaceAll"]);

export function find_expressions(root: string): Found {
  const found: Found = { expressions: [], built_on_load: [], built_later: [] };
  for (const folder of folders) {
    for (const file of source_files(root, folder)) {
      read_source(file, readFileSync(join(root, file), "utf8"), found);
    }
  }
  return found;
}

type Node = Record<string, unknown> & { type: string; start: number; end: number };

export function read_source(file: string, text: string, found: Found): void {
  const code = file.endsWith(".astro") ? scripts_of(text) : text;
  const line_of = (node: Node) => code.slice(0, node.start).split("\n").length;
  const lang = /\.[tj]s$|\.m[tj]s$|\.astro$/.test(file) ? "ts" : "tsx";
  walk(parseAst(code, { lang }) as unknown as Node, [], (node, parents) => {
    const place = `${file}:${line_of(node)}`;
    const { regex } = node as { regex?: { pattern: string; flags: string } };
    if (regex) {
      const { pattern: source, flags } = regex;
      const finds_all = flags.includes("g") || finds_all_methods.has(method_called(parents.at(-1)));
      found.expressions.push({ place, source, flags, finds_all });
    }
    const is_built = node.type === "NewExpression" || node.type === "CallExpression";
    if (!is_built || (node.callee as { name?: string }).name !== "RegExp") return;
    const is_later = parents.some(
      ({ type }) => /Function/.test(type) && !is_called_at_once(parents),
    );
    if (is_later) found.built_later.push(place);
    else if (!found.built_on_load.includes(file)) found.built_on_load.push(file);
  });
}

/** A callback of a top-level `.map(…)` runs when the module loads. */
function is_called_at_once(parents: readonly Node[]): boolean {
  const first = parents.findIndex(({ type }) => /Function/.test(type));
  return parents[first - 1]?.type === "CallExpression";
}

function method_called(node: Node | undefined): string {
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

/** The TypeScript of an Astro page: what it runs while it is built and what it sends to the browser. */
const scripts_of = (text: string): string =>
  [...text.matchAll(/^---\n([\s\S]*?)\n---|<script[^>]*>([\s\S]*?)<\/script>/g)]
    .map(([, built, sent]) => built ?? sent)
    .join("\n;\n");

function source_files(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (left_out.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return source_files(root, path);
    return is_source.test(entry.name) ? [path] : [];
  });
}
