/** Select lists, filters and orders as SQL over one relation. */
import type { Filter, Logic } from "./filter-grammar.ts";
import type { Field, JsonStep, OrderTerm, SelectItem } from "./grammar.ts";
import type { Range } from "./range.ts";
import { arrayLiteral, empty, ident, join, param, type Sql, sql, trusted } from "./sql.ts";

export interface Relation {
  /** As in `from`, and before the dot of a column. */
  name: Sql;
  /** Type by column, where they are known. */
  columns: ReadonlyMap<string, string>;
}

export function selectList(items: readonly SelectItem[], relation: Relation): Sql {
  if (items.length === 0) return sql`${relation.name}.*`;
  return join(
    items.map((item) => selected(item, relation)),
    ", ",
  );
}

function selected({ field, cast, alias }: SelectItem, relation: Relation): Sql {
  if (field.name === "*") return sql`${relation.name}.*`;
  const value = fieldSql(field, relation);
  // grammar.ts lets nothing but words through as the name of a type.
  const converted = cast === null ? value : sql`cast(${value} as ${trusted(cast)})`;
  const name = alias ?? nameInResult(field, cast);
  return name === null ? converted : sql`${converted} as ${ident(name)}`;
}

/** A path is named after its last key. Postgres itself names a cast after its column. */
function nameInResult({ name, path }: Field, cast: string | null): string | null {
  if (path.length > 0) return path.findLast((step) => !step.isIndex)?.operand ?? name;
  return cast === null ? null : name;
}

function fieldSql({ name, path }: Field, relation: Relation): Sql {
  const column = sql`${relation.name}.${ident(name)}`;
  if (path.length === 0) return column;
  const type = relation.columns.get(name);
  const isJson = type === undefined || type === "json" || type === "jsonb";
  return sql`${isJson ? column : sql`to_jsonb(${column})`}${join(path.map(jsonStep), "")}`;
}

function jsonStep({ asText, operand, isIndex }: JsonStep): Sql {
  const arrow = asText ? sql`->>` : sql`->`;
  return isIndex ? sql`${arrow}${param(operand)}::int` : sql`${arrow}${param(operand)}`;
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
  const left = fieldSql(field, relation);
  switch (operation.kind) {
    case "is":
      return sql`${left} is ${trusted(operation.keyword)}`;
    case "is_distinct":
      return sql`${left} is distinct from ${param(operation.value)}`;
    case "in": {
      const values =
        operation.values.length === 1 && operation.values[0] === "" ? [] : operation.values;
      return sql`${left} = any (${param(arrayLiteral(values))})`;
    }
    case "search": {
      const { language, queryFunction, value } = operation;
      const config = language === null ? empty : sql`${param(language)}, `;
      const type = relation.columns.get(field.name);
      const vector =
        type === undefined || type === "tsvector" ? left : sql`to_tsvector(${config}${left})`;
      return sql`${vector} @@ ${trusted(queryFunction)}(${config}${param(value)})`;
    }
    case "compare": {
      const { operator, quantifier, value } = operation;
      const right = quantifier ? sql`${trusted(quantifier)} (${param(value)})` : param(value);
      return sql`${left} ${trusted(operator)} ${right}`;
    }
  }
}

export function orderBy(terms: readonly OrderTerm[], relation: Relation): Sql {
  if (terms.length === 0) return empty;
  const sorted = terms.map(({ field, direction, nulls }) => {
    const suffix = [direction, nulls].filter(Boolean).join(" ");
    return sql`${fieldSql(field, relation)} ${trusted(suffix)}`;
  });
  return sql` order by ${join(sorted, ", ")}`;
}

export function limitOffset({ offset, limit }: Range): Sql {
  const rows = limit === null ? sql`all` : param(String(limit));
  return sql` limit ${rows} offset ${param(String(offset))}`;
}
