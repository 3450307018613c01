/** Select lists, filters and orders as SQL over one relation. */
import type { Filter, Logic } from "./filter-grammar.ts";
import type { Field, JsonStep, OrderTerm, SelectItem } from "./grammar.ts";
import type { Range } from "./range.ts";
import { array_literal, empty, ident, join, param, type Sql, sql, trusted } from "./sql.ts";

export interface Relation {
  /** As it stands in `from`, and before the dot of a column. */
  name: Sql;
  /** Type by column, where they are known. */
  columns: ReadonlyMap<string, string>;
}

export function select_list(items: readonly SelectItem[], relation: Relation): Sql {
  if (items.length === 0) return sql`${relation.name}.*`;
  return join(
    items.map((item) => selected(item, relation)),
    ", ",
  );
}

function selected({ field, cast, alias }: SelectItem, relation: Relation): Sql {
  if (field.name === "*") return sql`${relation.name}.*`;
  const value = field_sql(field, relation);
  // grammar.ts lets nothing but words through as the name of a type.
  const converted = cast === null ? value : sql`cast(${value} as ${trusted(cast)})`;
  const name = alias ?? name_in_result(field, cast);
  return name === null ? converted : sql`${converted} as ${ident(name)}`;
}

/** A path is called by its last key; Postgres would call the column of a cast by the column's name anyway. */
function name_in_result({ name, path }: Field, cast: string | null): string | null {
  if (path.length > 0) return path.findLast((step) => !step.is_index)?.operand ?? name;
  return cast === null ? null : name;
}

function field_sql({ name, path }: Field, relation: Relation): Sql {
  const column = sql`${relation.name}.${ident(name)}`;
  if (path.length === 0) return column;
  const type = relation.columns.get(name);
  const is_json = type === undefined || type === "json" || type === "jsonb";
  return sql`${is_json ? column : sql`to_jsonb(${column})`}${join(path.map(json_step), "")}`;
}

function json_step({ as_text, operand, is_index }: JsonStep): Sql {
  const arrow = as_text ? sql`->>` : sql`->`;
  return is_index ? sql`${arrow}${param(operand)}::int` : sql`${arrow}${param(operand)}`;
}

export function where(filters: readonly Logic[], relation: Relation): Sql {
  if (filters.length === 0) return empty;
  return sql` where ${join(
    filters.map((filter) => condition(filter, relation)),
    " and ",
  )}`;
}

function condition(logic: Logic, relation: Relation): Sql {
  const not = logic.negated ? sql`not ` : empty;
  if (logic.kind === "filter") return sql`${not}${comparison(logic, relation)}`;
  const members = logic.members.map((member) => condition(member, relation));
  return sql`${not}(${join(members, logic.operator === "AND" ? " and " : " or ")})`;
}

function comparison({ field, operation }: Filter, relation: Relation): Sql {
  const left = field_sql(field, relation);
  switch (operation.kind) {
    case "is":
      return sql`${left} is ${trusted(operation.keyword)}`;
    case "is_distinct":
      return sql`${left} is distinct from ${param(operation.value)}`;
    case "in": {
      const values =
        operation.values.length === 1 && operation.values[0] === "" ? [] : operation.values;
      return sql`${left} = any (${param(array_literal(values))})`;
    }
    case "search": {
      const { language, query_function, value } = operation;
      const config = language === null ? empty : sql`${param(language)}, `;
      const type = relation.columns.get(field.name);
      const vector =
        type === undefined || type === "tsvector" ? left : sql`to_tsvector(${config}${left})`;
      return sql`${vector} @@ ${trusted(query_function)}(${config}${param(value)})`;
    }
    case "compare": {
      const { operator, quantifier, value } = operation;
      const right = quantifier ? sql`${trusted(quantifier)} (${param(value)})` : param(value);
      return sql`${left} ${trusted(operator)} ${right}`;
    }
  }
}

export function order_by(terms: readonly OrderTerm[], relation: Relation): Sql {
  if (terms.length === 0) return empty;
  const sorted = terms.map(({ field, direction, nulls }) => {
    const suffix = [direction, nulls].filter(Boolean).join(" ");
    return sql`${field_sql(field, relation)} ${trusted(suffix)}`;
  });
  return sql` order by ${join(sorted, ", ")}`;
}

export function limit_offset({ offset, limit }: Range): Sql {
  const rows = limit === null ? sql`all` : param(String(limit));
  return sql` limit ${rows} offset ${param(String(offset))}`;
}
