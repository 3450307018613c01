/** Filters (`eq.5`, `not.in.(1,2)`) and logic trees (`or=(a.eq.1,and(…))`) of PostgREST's query string. */
import { type Field, field, quoted_value } from "./grammar.ts";
import { Scanner } from "./scanner.ts";

export type Operation =
  | { kind: "compare"; operator: string; quantifier: "ANY" | "ALL" | null; value: string }
  | { kind: "in"; values: string[] }
  | { kind: "is"; keyword: string }
  | { kind: "is_distinct"; value: string }
  | { kind: "search"; query_function: string; language: string | null; value: string };

export interface Filter {
  kind: "filter";
  field: Field;
  negated: boolean;
  operation: Operation;
}

export interface LogicGroup {
  kind: "group";
  negated: boolean;
  operator: "AND" | "OR";
  members: Logic[];
}

export type Logic = Filter | LogicGroup;

// SQL text by PostgREST name: the whole list of operators that can reach a statement.
const QUANTIFIABLE: Record<string, string> = {
  eq: "=",
  gte: ">=",
  gt: ">",
  lte: "<=",
  lt: "<",
  like: "like",
  ilike: "ilike",
  match: "~",
  imatch: "~*",
};
const SIMPLE: Record<string, string> = {
  neq: "<>",
  cs: "@>",
  cd: "<@",
  ov: "&&",
  sl: "<<",
  sr: ">>",
  nxr: "&<",
  nxl: "&>",
  adj: "-|-",
};
const SEARCH: Record<string, string> = {
  fts: "to_tsquery",
  plfts: "plainto_tsquery",
  phfts: "phraseto_tsquery",
  wfts: "websearch_to_tsquery",
};
const IS: Record<string, string> = {
  null: "NULL",
  not_null: "NOT NULL",
  true: "TRUE",
  false: "FALSE",
  unknown: "UNKNOWN",
};

const QUANTIFIED = new RegExp(
  `(${Object.keys(QUANTIFIABLE).join("|")})(?:\\((any|all)\\))?\\.`,
  "y",
);
const PLAIN = new RegExp(`(${Object.keys(SIMPLE).join("|")})\\.`, "y");
const FULL_TEXT = new RegExp(
  `(${Object.keys(SEARCH).join("|")})(?:\\(([\\p{L}\\p{N}_ $]+)\\))?\\.`,
  "uy",
);
const OPENING = new RegExp(
  `^(?:not\\.|in\\.|is\\.|isdistinct\\.|${[QUANTIFIED, PLAIN, FULL_TEXT].map((r) => `(?:${r.source})`).join("|")})`,
  "u",
);

/** On a GET rpc a parameter whose value begins like a filter is one, and any other is an argument. */
export function opens_filter(value: string): boolean {
  return OPENING.test(value);
}

export function parse_filter(name: Field, value: string): Filter {
  const scanner = new Scanner(value, "filter");
  const filter = operation_on(name, scanner, (s) => s.rest());
  scanner.expect_end();
  return filter;
}

/** @param value `(a.eq.1,b.gt.2)`, the value of an `and` or `or` parameter. */
export function parse_logic(operator: "AND" | "OR", negated: boolean, value: string): LogicGroup {
  const scanner = new Scanner(value, "logic tree");
  const group: LogicGroup = { kind: "group", negated, operator, members: members(scanner, 1) };
  scanner.expect_end();
  return group;
}

// What reads and writes the tree calls itself for each level. Nobody writes so many by hand.
const MAX_DEPTH = 100;

function members(scanner: Scanner, depth: number): Logic[] {
  if (depth > MAX_DEPTH) scanner.fail(`at most ${MAX_DEPTH} logic trees in one another`);
  scanner.skip_spaces();
  scanner.expect("(");
  const found: Logic[] = [];
  do found.push(member(scanner, depth));
  while (scanner.take(","));
  scanner.expect(")");
  scanner.skip_spaces();
  return found;
}

function member(scanner: Scanner, depth: number): Logic {
  scanner.skip_spaces();
  const group = scanner.match(/(not\.)?(and|or)(?=\s*\()/y);
  if (group) {
    const operator = group[2] === "and" ? "AND" : "OR";
    const negated = group[1] !== undefined;
    return { kind: "group", negated, operator, members: members(scanner, depth + 1) };
  }
  const name = field(scanner);
  scanner.expect(".");
  const filter = operation_on(name, scanner, value_inside_logic);
  scanner.skip_spaces();
  return filter;
}

function value_inside_logic(scanner: Scanner): string {
  return (
    list_quoted(scanner) ?? scanner.match(/\{[^{}]*\}/y)?.[0] ?? scanner.match(/[^,)]*/y)?.[0] ?? ""
  );
}

function operation_on(name: Field, scanner: Scanner, read_value: (s: Scanner) => string): Filter {
  const negated = scanner.take("not.");
  return { kind: "filter", field: name, negated, operation: operation(scanner, read_value) };
}

function operation(scanner: Scanner, read_value: (s: Scanner) => string): Operation {
  if (scanner.take("in.")) return { kind: "in", values: list(scanner) };
  if (scanner.take("is.")) return { kind: "is", keyword: is_keyword(scanner) };
  if (scanner.take("isdistinct.")) return { kind: "is_distinct", value: read_value(scanner) };
  const search = scanner.match(FULL_TEXT);
  if (search) {
    const query_function = SEARCH[search[1] ?? ""] ?? "";
    return {
      kind: "search",
      query_function,
      language: search[2] ?? null,
      value: read_value(scanner),
    };
  }
  const plain = scanner.match(PLAIN);
  if (plain) {
    const operator = SIMPLE[plain[1] ?? ""] ?? "";
    return { kind: "compare", operator, quantifier: null, value: read_value(scanner) };
  }
  const quantified = scanner.match(QUANTIFIED);
  if (!quantified) scanner.fail('"not" or operator (eq, gt, ...)');
  const operator = QUANTIFIABLE[quantified[1] ?? ""] ?? "";
  const quantifier = (quantified[2]?.toUpperCase() ?? null) as "ANY" | "ALL" | null;
  const value = read_value(scanner);
  // `*` stands for `%`, which would have to be escaped in a URL.
  const pattern = operator === "like" || operator === "ilike" ? value.replaceAll("*", "%") : value;
  return { kind: "compare", operator, quantifier, value: pattern };
}

function is_keyword(scanner: Scanner): string {
  const word = scanner.match(/not_null|null|true|false|unknown/iy);
  return (
    IS[word?.[0].toLowerCase() ?? ""] ??
    scanner.fail("isVal: (null, not_null, true, false, unknown)")
  );
}

function list(scanner: Scanner): string[] {
  scanner.skip_spaces();
  scanner.expect("(");
  const values: string[] = [];
  do values.push(list_quoted(scanner) ?? scanner.match(/[^,)]*/y)?.[0] ?? "");
  while (scanner.take(","));
  scanner.expect(")");
  scanner.skip_spaces();
  return values;
}

/** A quoted value, unless text follows the closing quote: then the quote was part of a bare value. */
function list_quoted(scanner: Scanner): string | null {
  return scanner.looking_at(/"(?:[^"\\]|\\[\s\S])*"(?=[,)]|$)/y) ? quoted_value(scanner) : null;
}
