/** The small languages inside PostgREST's query string: field names, select, order. Filters are in filter-grammar.ts. */
import { ApiError, notEmbeddedHere } from "./api-error.ts";
import { Scanner } from "./scanner.ts";

/** One `->` or `->>`. */
export interface JsonStep {
  asText: boolean;
  operand: string;
  isIndex: boolean;
}

/** A column, perhaps with a path into its JSON. */
export interface Field {
  name: string;
  path: JsonStep[];
}

/** `*` is a field whose name is `*`. */
export interface SelectItem {
  field: Field;
  cast: string | null;
  alias: string | null;
}

export interface OrderTerm {
  field: Field;
  direction: "ASC" | "DESC" | null;
  nulls: "NULLS FIRST" | "NULLS LAST" | null;
}

const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y;
const name = /[\p{L}\p{N}_ $]+(?:-(?!>)[\p{L}\p{N}_ $]+)*/uy;
const jsonKey = /[^(\-:.,>)]+(?:-(?!>)[^(\-:.,>)]+)*/y;
const jsonIndex = /-?\d+(?=->|::|\.|,|$)/y;
// Written into the statement unquoted, since `"double precision"` would be another type than `double precision`:
// nothing but words can pass.
const typeWords = /[\p{L}\p{N}_]+(?: [\p{L}\p{N}_]+)*/uy;

function unquote(body: string): string {
  return body.replace(/\\([\s\S])/g, "$1");
}

export function quotedValue(scanner: Scanner): string | null {
  const found = scanner.match(quoted);
  return found ? unquote(found[1] ?? "") : null;
}

export function fieldName(scanner: Scanner): string {
  const quoted = quotedValue(scanner);
  if (quoted !== null) return quoted;
  const found = scanner.match(name);
  return found ? found[0].trim() : scanner.fail("field name (* or [a..z0..9_$])");
}

export function field(scanner: Scanner): Field {
  scanner.skipSpaces();
  const name = fieldName(scanner);
  const path = jsonPath(scanner);
  scanner.skipSpaces();
  return { name, path };
}

export function jsonPath(scanner: Scanner): JsonStep[] {
  const path: JsonStep[] = [];
  for (;;) {
    const asText = scanner.take("->>");
    if (!asText && !scanner.take("->")) return path;
    const index = scanner.match(jsonIndex);
    if (index) {
      path.push({ asText, operand: index[0], isIndex: true });
      continue;
    }
    const key = quotedValue(scanner) ?? scanner.match(jsonKey)?.[0].trim();
    if (key === undefined) scanner.fail("any non reserved character different from: .,>()");
    path.push({ asText, operand: key, isIndex: false });
  }
}

export function parseSelect(text: string): SelectItem[] {
  const scanner = new Scanner(text, "select parameter");
  const items: SelectItem[] = [];
  if (scanner.done) return items;
  do items.push(selectItem(scanner));
  while (scanner.take(","));
  scanner.expectEnd();
  return items;
}

function selectItem(scanner: Scanner): SelectItem {
  scanner.skipSpaces();
  if (scanner.take("...")) throw notEmbeddedHere("embedding of related tables (... in select)");
  if (scanner.take("*")) {
    scanner.skipSpaces();
    return { field: { name: "*", path: [] }, cast: null, alias: null };
  }
  const alias = scanner.lookingAt(/(?:"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_ $-]+):(?!:)/uy)
    ? fieldName(scanner)
    : null;
  if (alias !== null) scanner.expect(":");
  const selected = field(scanner);
  if (scanner.lookingAt(/\(\)|\.\p{L}+\(\)/uy)) throw aggregatesRefused();
  if (scanner.lookingAt(/[!(]/y)) {
    throw notEmbeddedHere(`embedding of related tables (${selected.name} in select)`);
  }
  const cast = scanner.take("::") ? typeName(scanner) : null;
  if (scanner.lookingAt(/\.\p{L}+\(\)/uy)) throw aggregatesRefused();
  scanner.skipSpaces();
  return { field: selected, cast, alias };
}

function typeName(scanner: Scanner): string {
  return scanner.match(typeWords)?.[0] ?? scanner.fail("letter or digit");
}

function aggregatesRefused(): ApiError {
  return new ApiError(400, "PGRST123", "Use of aggregate functions is not allowed");
}

export function parseOrder(text: string): OrderTerm[] {
  const scanner = new Scanner(text, "order");
  const terms: OrderTerm[] = [];
  do terms.push(orderTerm(scanner));
  while (scanner.take(","));
  scanner.expectEnd();
  return terms;
}

function orderTerm(scanner: Scanner): OrderTerm {
  const ordered = field(scanner);
  if (scanner.lookingAt(/\(/y)) throw notEmbeddedResource(ordered.name);
  const direction = scanner.match(/\.(asc|desc)(?=[.,]|$)/y)?.[1]?.toUpperCase() ?? null;
  const nulls = scanner.match(/\.nulls(first|last)(?=,|$)/y)?.[1]?.toUpperCase();
  if (scanner.lookingAt(/\./y)) scanner.fail('"asc", "desc", "nullsfirst" or "nullslast"');
  return {
    field: ordered,
    direction: direction as OrderTerm["direction"],
    nulls: nulls ? (`NULLS ${nulls}` as OrderTerm["nulls"]) : null,
  };
}

/** The list of `columns` and `onConflict`. */
export function parseColumns(text: string, what: string): string[] {
  const scanner = new Scanner(text, what);
  const names: string[] = [];
  do {
    scanner.skipSpaces();
    names.push(fieldName(scanner));
    scanner.skipSpaces();
  } while (scanner.take(","));
  scanner.expectEnd();
  return names;
}

export function notEmbeddedResource(name: string): ApiError {
  return new ApiError(400, "PGRST108", `'${name}' is not an embedded resource in this request`, {
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
  });
}
