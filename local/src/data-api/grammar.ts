/** The small languages inside PostgREST's query string: field names, select, order. Filters are in filter-grammar.ts. */
import { ApiError, not_embedded_here } from "./api-error.ts";
import { Scanner } from "./scanner.ts";

/** One `->` or `->>`. */
export interface JsonStep {
  as_text: boolean;
  operand: string;
  is_index: boolean;
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

const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y;
const NAME = /[\p{L}\p{N}_ $]+(?:-(?!>)[\p{L}\p{N}_ $]+)*/uy;
const JSON_KEY = /[^(\-:.,>)]+(?:-(?!>)[^(\-:.,>)]+)*/y;
const JSON_INDEX = /-?\d+(?=->|::|\.|,|$)/y;
// Written into the statement unquoted, since `"double precision"` would be another type than `double precision`:
// nothing but words can pass.
const TYPE_NAME = /[\p{L}\p{N}_]+(?: [\p{L}\p{N}_]+)*/uy;

export function unquote(body: string): string {
  return body.replace(/\\([\s\S])/g, "$1");
}

export function quoted_value(scanner: Scanner): string | null {
  const found = scanner.match(QUOTED);
  return found ? unquote(found[1] ?? "") : null;
}

export function field_name(scanner: Scanner): string {
  const quoted = quoted_value(scanner);
  if (quoted !== null) return quoted;
  const found = scanner.match(NAME);
  return found ? found[0].trim() : scanner.fail("field name (* or [a..z0..9_$])");
}

export function field(scanner: Scanner): Field {
  scanner.skip_spaces();
  const name = field_name(scanner);
  const path = json_path(scanner);
  scanner.skip_spaces();
  return { name, path };
}

export function json_path(scanner: Scanner): JsonStep[] {
  const path: JsonStep[] = [];
  for (;;) {
    const as_text = scanner.take("->>");
    if (!as_text && !scanner.take("->")) return path;
    const index = scanner.match(JSON_INDEX);
    if (index) {
      path.push({ as_text, operand: index[0], is_index: true });
      continue;
    }
    const key = quoted_value(scanner) ?? scanner.match(JSON_KEY)?.[0].trim();
    if (key === undefined) scanner.fail("any non reserved character different from: .,>()");
    path.push({ as_text, operand: key, is_index: false });
  }
}

export function parse_select(text: string): SelectItem[] {
  const scanner = new Scanner(text, "select parameter");
  const items: SelectItem[] = [];
  if (scanner.done) return items;
  do items.push(select_item(scanner));
  while (scanner.take(","));
  scanner.expect_end();
  return items;
}

function select_item(scanner: Scanner): SelectItem {
  scanner.skip_spaces();
  if (scanner.take("...")) throw not_embedded_here("embedding of related tables (... in select)");
  if (scanner.take("*")) {
    scanner.skip_spaces();
    return { field: { name: "*", path: [] }, cast: null, alias: null };
  }
  const alias = scanner.looking_at(/(?:"(?:[^"\\]|\\.)*"|[\p{L}\p{N}_ $-]+):(?!:)/uy)
    ? field_name(scanner)
    : null;
  if (alias !== null) scanner.expect(":");
  const selected = field(scanner);
  if (scanner.looking_at(/\(\)|\.\p{L}+\(\)/uy)) throw aggregates_refused();
  if (scanner.looking_at(/[!(]/y)) {
    throw not_embedded_here(`embedding of related tables (${selected.name} in select)`);
  }
  const cast = scanner.take("::") ? type_name(scanner) : null;
  if (scanner.looking_at(/\.\p{L}+\(\)/uy)) throw aggregates_refused();
  scanner.skip_spaces();
  return { field: selected, cast, alias };
}

function type_name(scanner: Scanner): string {
  return scanner.match(TYPE_NAME)?.[0] ?? scanner.fail("letter or digit");
}

function aggregates_refused(): ApiError {
  return new ApiError(400, "PGRST123", "Use of aggregate functions is not allowed");
}

export function parse_order(text: string): OrderTerm[] {
  const scanner = new Scanner(text, "order");
  const terms: OrderTerm[] = [];
  do terms.push(order_term(scanner));
  while (scanner.take(","));
  scanner.expect_end();
  return terms;
}

function order_term(scanner: Scanner): OrderTerm {
  const ordered = field(scanner);
  if (scanner.looking_at(/\(/y)) throw not_embedded_resource(ordered.name);
  const direction = scanner.match(/\.(asc|desc)(?=[.,]|$)/y)?.[1]?.toUpperCase() ?? null;
  const nulls = scanner.match(/\.nulls(first|last)(?=,|$)/y)?.[1]?.toUpperCase();
  if (scanner.looking_at(/\./y)) scanner.fail('"asc", "desc", "nullsfirst" or "nullslast"');
  return {
    field: ordered,
    direction: direction as OrderTerm["direction"],
    nulls: nulls ? (`NULLS ${nulls}` as OrderTerm["nulls"]) : null,
  };
}

/** The list of `columns` and `on_conflict`. */
export function parse_columns(text: string, what: string): string[] {
  const scanner = new Scanner(text, what);
  const names: string[] = [];
  do {
    scanner.skip_spaces();
    names.push(field_name(scanner));
    scanner.skip_spaces();
  } while (scanner.take(","));
  scanner.expect_end();
  return names;
}

export function not_embedded_resource(name: string): ApiError {
  return new ApiError(400, "PGRST108", `'${name}' is not an embedded resource in this request`, {
    hint: `Verify that '${name}' is included in the 'select' query parameter.`,
  });
}
