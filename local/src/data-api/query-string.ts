/** Sorts the parameters of a URL into what they mean to PostgREST. */
import { type Logic, opens_filter, parse_filter, parse_logic } from "./filter-grammar.ts";
import {
  type Field,
  field_name,
  json_path,
  not_embedded_resource,
  type OrderTerm,
  parse_columns,
  parse_order,
  parse_select,
  type SelectItem,
} from "./grammar.ts";
import { Scanner } from "./scanner.ts";

export interface QueryString {
  select: SelectItem[];
  /** All must hold. */
  filters: Logic[];
  order: OrderTerm[];
  columns: string[] | null;
  on_conflict: string[] | null;
  /** Arguments of a function called by GET, in the order met; a name can come twice. */
  call_arguments: [name: string, value: string][];
}

/** @param is_call_by_get whether a value that is no filter is an argument, and not an error */
export function parse_query_string(params: URLSearchParams, is_call_by_get: boolean): QueryString {
  const columns = params.get("columns");
  const on_conflict = params.get("on_conflict");
  const query: QueryString = {
    select: parse_select(params.get("select") ?? "*"),
    filters: [],
    order: [],
    columns: columns === null ? null : parse_columns(columns, "columns parameter"),
    on_conflict: on_conflict === null ? null : parse_columns(on_conflict, "on_conflict parameter"),
    call_arguments: [],
  };
  for (const [key, value] of params) sort_in(query, key, value, is_call_by_get);
  return query;
}

const RESERVED = new Set(["select", "columns", "on_conflict"]);
const ENDINGS = new Set(["order", "limit", "offset", "and", "or"]);

function sort_in(query: QueryString, key: string, value: string, is_call_by_get: boolean): void {
  if (RESERVED.has(key)) return;
  const path = key.split(".");
  const ending = path.at(-1) ?? "";
  if (!ENDINGS.has(ending)) {
    if (is_call_by_get && !opens_filter(value)) query.call_arguments.push([key, value]);
    else query.filters.push(parse_filter(filtered_field(key), value));
    return;
  }
  const negated = path[0] === "not";
  const related = path.slice(negated ? 1 : 0, -1)[0];
  if (related !== undefined) throw not_embedded_resource(related);
  if (ending === "order") query.order = parse_order(value);
  if (ending === "and" || ending === "or") {
    query.filters.push(parse_logic(ending === "and" ? "AND" : "OR", negated, value));
  }
}

function filtered_field(key: string): Field {
  const scanner = new Scanner(key, "tree path");
  const name = field_name(scanner);
  if (scanner.take(".")) throw not_embedded_resource(name);
  const path = json_path(scanner);
  scanner.expect_end();
  return { name, path };
}
