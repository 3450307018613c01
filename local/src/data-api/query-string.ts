/** Sorts the parameters of a URL by their meaning in PostgREST. */
import { type Logic, opensFilter, parseFilter, parseLogic } from "./filter-grammar.ts";
import {
  type Field,
  fieldName,
  jsonPath,
  notEmbeddedResource,
  type OrderTerm,
  parseColumns,
  parseOrder,
  parseSelect,
  type SelectItem,
} from "./grammar.ts";
import { Scanner } from "./scanner.ts";

export interface QueryString {
  select: SelectItem[];
  /** All must hold. */
  filters: Logic[];
  order: OrderTerm[];
  columns: string[] | null;
  onConflict: string[] | null;
  /** Arguments of a function called by GET, in the order met; a name can come twice. */
  callArguments: [name: string, value: string][];
}

/** @param isCallByGet whether a value that is not a filter is an argument, not an error */
export function parseQueryString(params: URLSearchParams, isCallByGet: boolean): QueryString {
  const columns = params.get("columns");
  const onConflict = params.get("on_conflict");
  const query: QueryString = {
    select: parseSelect(params.get("select") ?? "*"),
    filters: [],
    order: [],
    columns: columns === null ? null : parseColumns(columns, "columns parameter"),
    onConflict: onConflict === null ? null : parseColumns(onConflict, "on_conflict parameter"),
    callArguments: [],
  };
  for (const [key, value] of params) sortIn(query, key, value, isCallByGet);
  return query;
}

const reserved = new Set(["select", "columns", "on_conflict"]);
const endings = new Set(["order", "limit", "offset", "and", "or"]);

function sortIn(query: QueryString, key: string, value: string, isCallByGet: boolean): void {
  if (reserved.has(key)) return;
  const path = key.split(".");
  const ending = path.at(-1) ?? "";
  if (!endings.has(ending)) {
    if (isCallByGet && !opensFilter(value)) query.callArguments.push([key, value]);
    else query.filters.push(parseFilter(filteredField(key), value));
    return;
  }
  const negated = path[0] === "not";
  const related = path.slice(negated ? 1 : 0, -1)[0];
  if (related !== undefined) throw notEmbeddedResource(related);
  if (ending === "order") query.order = parseOrder(value);
  if (ending === "and" || ending === "or") {
    query.filters.push(parseLogic(ending === "and" ? "AND" : "OR", negated, value));
  }
}

function filteredField(key: string): Field {
  const scanner = new Scanner(key, "tree path");
  const name = fieldName(scanner);
  if (scanner.take(".")) throw notEmbeddedResource(name);
  const path = jsonPath(scanner);
  scanner.expectEnd();
  return { name, path };
}
