/** Filters (`eq.5`, `not.in.(1,2)`) and logic trees (`or=(a.eq.1,and(…))`) of PostgREST's query string. */
import { type Field, field, quotedValue } from "./grammar.ts";
import { Scanner } from "./scanner.ts";

export type Operation =
  | { kind: "compare"; operator: string; quantifier: "ANY" | "ALL" | null; value: string }
  | { kind: "in"; values: string[] }
  | { kind: "is"; keyword: string }
  | { kind: "is_distinct"; value: string }
  | { kind: "search"; queryFunction: string; language: string | null; value: string };

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
const quantifiable: Record<string, string> = {
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
const simple: Record<string, string> = {
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
const searchOperators: Record<string, string> = {
  fts: "to_tsquery",
  plfts: "plainto_tsquery",
  phfts: "phraseto_tsquery",
  wfts: "websearch_to_tsquery",
};
const isValues: Record<string, string> = {
  null: "NULL",
  not_null: "NOT NULL",
  true: "TRUE",
  false: "FALSE",
  unknown: "UNKNOWN",
};

const quantifiedOperator = new RegExp(
  `(${Object.keys(quantifiable).join("|")})(?:\\((any|all)\\))?\\.`,
  "y",
);
const plainOperator = new RegExp(`(${Object.keys(simple).join("|")})\\.`, "y");
const fullText = new RegExp(
  `(${Object.keys(searchOperators).join("|")})(?:\\(([\\p{L}\\p{N}_ $]+)\\))?\\.`,
  "uy",
);
const opening = new RegExp(
  `^(?:not\\.|in\\.|is\\.|isdistinct\\.|${[quantifiedOperator, plainOperator, fullText].map((r) => `(?:${r.source})`).join("|")})`,
  "u",
);

/** On a GET rpc a parameter whose value begins like a filter is one, and any other is an argument. */
export function opensFilter(value: string): boolean {
  return opening.test(value);
}

export function parseFilter(name: Field, value: string): Filter {
  const scanner = new Scanner(value, "filter");
  const filter = operationOn(name, scanner, (s) => s.rest());
  scanner.expectEnd();
  return filter;
}

/** @param value `(a.eq.1,b.gt.2)`, the value of an `and` or `or` parameter. */
export function parseLogic(operator: "AND" | "OR", negated: boolean, value: string): LogicGroup {
  const scanner = new Scanner(value, "logic tree");
  const group: LogicGroup = { kind: "group", negated, operator, members: members(scanner, 1) };
  scanner.expectEnd();
  return group;
}

// Reading and writing the tree is recursive. Real queries are far below the limit.
const maxDepth = 100;

function members(scanner: Scanner, depth: number): Logic[] {
  if (depth > maxDepth) scanner.fail(`at most ${maxDepth} logic trees in one another`);
  scanner.skipSpaces();
  scanner.expect("(");
  const found: Logic[] = [];
  do found.push(member(scanner, depth));
  while (scanner.take(","));
  scanner.expect(")");
  scanner.skipSpaces();
  return found;
}

function member(scanner: Scanner, depth: number): Logic {
  scanner.skipSpaces();
  const group = scanner.match(/(not\.)?(and|or)(?=\s*\()/y);
  if (group) {
    const operator = group[2] === "and" ? "AND" : "OR";
    const negated = group[1] !== undefined;
    return { kind: "group", negated, operator, members: members(scanner, depth + 1) };
  }
  const name = field(scanner);
  scanner.expect(".");
  const filter = operationOn(name, scanner, valueInsideLogic);
  scanner.skipSpaces();
  return filter;
}

function valueInsideLogic(scanner: Scanner): string {
  return (
    listQuoted(scanner) ?? scanner.match(/\{[^{}]*\}/y)?.[0] ?? scanner.match(/[^,)]*/y)?.[0] ?? ""
  );
}

function operationOn(name: Field, scanner: Scanner, readValue: (s: Scanner) => string): Filter {
  const negated = scanner.take("not.");
  return { kind: "filter", field: name, negated, operation: operation(scanner, readValue) };
}

function operation(scanner: Scanner, readValue: (s: Scanner) => string): Operation {
  if (scanner.take("in.")) return { kind: "in", values: list(scanner) };
  if (scanner.take("is.")) return { kind: "is", keyword: isKeyword(scanner) };
  if (scanner.take("isdistinct.")) return { kind: "is_distinct", value: readValue(scanner) };
  const search = scanner.match(fullText);
  if (search) {
    const queryFunction = searchOperators[search[1] ?? ""] ?? "";
    return {
      kind: "search",
      queryFunction,
      language: search[2] ?? null,
      value: readValue(scanner),
    };
  }
  const plain = scanner.match(plainOperator);
  if (plain) {
    const operator = simple[plain[1] ?? ""] ?? "";
    return { kind: "compare", operator, quantifier: null, value: readValue(scanner) };
  }
  const quantified = scanner.match(quantifiedOperator);
  if (!quantified) scanner.fail('"not" or operator (eq, gt, ...)');
  const operator = quantifiable[quantified[1] ?? ""] ?? "";
  const quantifier = (quantified[2]?.toUpperCase() ?? null) as "ANY" | "ALL" | null;
  const value = readValue(scanner);
  // `*` means `%`, which a URL would have to escape.
  const pattern = operator === "like" || operator === "ilike" ? value.replaceAll("*", "%") : value;
  return { kind: "compare", operator, quantifier, value: pattern };
}

function isKeyword(scanner: Scanner): string {
  const word = scanner.match(/not_null|null|true|false|unknown/iy);
  return (
    isValues[word?.[0].toLowerCase() ?? ""] ??
    scanner.fail("isVal: (null, not_null, true, false, unknown)")
  );
}

function list(scanner: Scanner): string[] {
  scanner.skipSpaces();
  scanner.expect("(");
  const values: string[] = [];
  do values.push(listQuoted(scanner) ?? scanner.match(/[^,)]*/y)?.[0] ?? "");
  while (scanner.take(","));
  scanner.expect(")");
  scanner.skipSpaces();
  return values;
}

/** A quoted value, unless text follows the closing quote: then the quote was part of a bare value. */
function listQuoted(scanner: Scanner): string | null {
  return scanner.lookingAt(/"(?:[^"\\]|\\[\s\S])*"(?=[,)]|$)/y) ? quotedValue(scanner) : null;
}
