/** The statement of a function call. */
import { find_routine } from "./find-routine.ts";
import { json_rows } from "./json-rows.ts";
import { outcome_columns, shape_of } from "./outcome.ts";
import type { Payload } from "./payload.ts";
import type { Plan } from "./plan.ts";
import { at_most } from "./range.ts";
import { limit_offset, order_by, type Relation, select_list, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { Parameter, Routine, SchemaCache } from "./schema-cache.ts";
import { array_literal, empty, ident, join, param, render, type Sql, sql, trusted } from "./sql.ts";

export function plan_call(request: ApiRequest, cache: SchemaCache, max_rows: number): Plan {
  const { query, payload, schema, name, method, accept, preferences } = request;
  const given = payload ? payload.keys : query.call_arguments.map(([argument]) => argument);
  const routine = find_routine(cache, schema, name, given, payload !== null);
  const scalar = !routine.returns_composite;
  const source: Relation = {
    name: sql`pgrst_source`,
    columns: columns_of(routine, cache),
  };
  const filters = where(query.filters, source);
  const counted = preferences.count === "exact" || preferences.count === "estimated";
  const columns = outcome_columns(
    shape_of(accept, scalar, !routine.returns_set),
    {
      rows: routine.returns_set ? sql`count(pgrst_row)` : sql`1`,
      total: counted ? sql`select count(*) from pgrst_source${filters}` : sql`null`,
    },
    method !== "HEAD",
  );
  const main = sql`with pgrst_source as (${call(routine, request, given)})
    select ${columns} from (
      select ${select_list(query.select, source)} from pgrst_source${filters}${order_by(query.order, source)}${limit_offset(at_most(request.range, max_rows))}
    ) pgrst_row`;
  return {
    kind: "call",
    main: render(main),
    explain: null,
    read_only: method !== "POST" || !routine.volatile,
    settings: routine.settings,
    returns_nothing: routine.returns_void,
    returns_set: routine.returns_set,
  };
}

function columns_of(routine: Routine, cache: SchemaCache): ReadonlyMap<string, string> {
  const table = cache.tables.get(routine.schema)?.get(routine.returns_table ?? "");
  return table?.columns ?? new Map();
}

function call(routine: Routine, { payload, query }: ApiRequest, given: readonly string[]): Sql {
  const parameters = routine.parameters.filter((parameter) => given.includes(parameter.name));
  const [only] = routine.parameters;
  if (payload && only?.name === "") {
    return select_from(routine, sql`${param(payload.json)}::${trusted(only.type)}`, empty);
  }
  if (parameters.length === 0) return select_from(routine, empty, empty);
  if (!payload) return select_from(routine, url_arguments(parameters, query.call_arguments), empty);
  return call_with_body(routine, parameters, payload);
}

function call_with_body(routine: Routine, parameters: Parameter[], payload: Payload): Sql {
  const list = parameters.map((parameter) =>
    named_argument(parameter, sql`pgrst_body.${ident(parameter.name)}`),
  );
  const body = json_rows(payload, parameters, true);
  return select_from(routine, join(list, ", "), sql`${body}, lateral `);
}

/** An argument that comes twice is the last one, but for a variadic parameter, which takes all. */
function url_arguments(parameters: Parameter[], given: [name: string, value: string][]): Sql {
  const list = parameters.map((parameter) => {
    const values = given.filter(([name]) => name === parameter.name).map(([, value]) => value);
    const value = parameter.variadic ? array_literal(values) : (values.at(-1) ?? null);
    return named_argument(parameter, sql`${param(value)}::${trusted(parameter.type)}`);
  });
  return join(list, ", ");
}

function named_argument({ name, variadic }: Parameter, value: Sql): Sql {
  return sql`${variadic ? sql`variadic ` : empty}${ident(name)} := ${value}`;
}

function select_from(routine: Routine, list: Sql, before: Sql): Sql {
  const called = sql`${ident(routine.schema)}.${ident(routine.name)}(${list})`;
  return routine.returns_composite
    ? sql`select pgrst_call.* from ${before}${called} pgrst_call`
    : sql`select pgrst_call.pgrst_scalar from ${before}(select ${called} pgrst_scalar) pgrst_call`;
}
