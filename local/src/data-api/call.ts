/** The statement of a function call. */
import { findRoutine } from "./find-routine.ts";
import { jsonRows } from "./json-rows.ts";
import { outcomeColumns, shapeOf } from "./outcome.ts";
import type { Payload } from "./payload.ts";
import type { Plan } from "./plan.ts";
import { atMost } from "./range.ts";
import { limitOffset, orderBy, type Relation, selectList, where } from "./relation.ts";
import type { ApiRequest } from "./request.ts";
import type { Parameter, Routine, SchemaCache } from "./schema-cache.ts";
import { arrayLiteral, empty, ident, join, param, render, type Sql, sql, trusted } from "./sql.ts";

export function planCall(request: ApiRequest, cache: SchemaCache, maxRows: number): Plan {
  const { query, payload, schema, name, method, accept, preferences } = request;
  const given = payload ? payload.keys : query.callArguments.map(([argument]) => argument);
  const routine = findRoutine(cache, schema, name, given, payload !== null);
  const scalar = !routine.returns_composite;
  const source: Relation = {
    name: sql`pgrst_source`,
    columns: columnsOf(routine, cache),
  };
  const filters = where(query.filters, source);
  const counted = preferences.count === "exact" || preferences.count === "estimated";
  const columns = outcomeColumns(
    shapeOf(accept, scalar, !routine.returns_set),
    {
      rows: routine.returns_set ? sql`count(pgrst_row)` : sql`1`,
      total: counted ? sql`select count(*) from pgrst_source${filters}` : sql`null`,
    },
    method !== "HEAD",
  );
  const main = sql`with pgrst_source as (${call(routine, request, given)})
    select ${columns} from (
      select ${selectList(query.select, source)} from pgrst_source${filters}${orderBy(query.order, source)}${limitOffset(atMost(request.range, maxRows))}
    ) pgrst_row`;
  return {
    kind: "call",
    main: render(main),
    explain: null,
    read_only: method !== "POST" || !routine.volatile,
    settings: routine.settings,
    returnsNothing: routine.returns_void,
    returns_set: routine.returns_set,
  };
}

function columnsOf(routine: Routine, cache: SchemaCache): ReadonlyMap<string, string> {
  const table = cache.tables.get(routine.schema)?.get(routine.returns_table ?? "");
  return table?.columns ?? new Map();
}

function call(routine: Routine, { payload, query }: ApiRequest, given: readonly string[]): Sql {
  const parameters = routine.parameters.filter((parameter) => given.includes(parameter.name));
  const [only] = routine.parameters;
  if (payload && only?.name === "") {
    return selectFrom(routine, sql`${param(payload.json)}::${trusted(only.type)}`, empty);
  }
  if (parameters.length === 0) return selectFrom(routine, empty, empty);
  if (!payload) return selectFrom(routine, urlArguments(parameters, query.callArguments), empty);
  return callWithBody(routine, parameters, payload);
}

function callWithBody(routine: Routine, parameters: Parameter[], payload: Payload): Sql {
  const list = parameters.map((parameter) =>
    namedArgument(parameter, sql`pgrst_body.${ident(parameter.name)}`),
  );
  const body = jsonRows(payload, parameters, true);
  return selectFrom(routine, join(list, ", "), sql`${body}, lateral `);
}

/** The last of repeated arguments wins, except for a variadic parameter, which takes all. */
function urlArguments(parameters: Parameter[], given: [name: string, value: string][]): Sql {
  const list = parameters.map((parameter) => {
    const values = given.filter(([name]) => name === parameter.name).map(([, value]) => value);
    const value = parameter.variadic ? arrayLiteral(values) : (values.at(-1) ?? null);
    return namedArgument(parameter, sql`${param(value)}::${trusted(parameter.type)}`);
  });
  return join(list, ", ");
}

function namedArgument({ name, variadic }: Parameter, value: Sql): Sql {
  return sql`${variadic ? sql`variadic ` : empty}${ident(name)} := ${value}`;
}

function selectFrom(routine: Routine, list: Sql, before: Sql): Sql {
  const called = sql`${ident(routine.schema)}.${ident(routine.name)}(${list})`;
  return routine.returns_composite
    ? sql`select pgrst_call.* from ${before}${called} pgrst_call`
    : sql`select pgrst_call.pgrst_scalar from ${before}(select ${called} pgrst_scalar) pgrst_call`;
}
