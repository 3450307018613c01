/** Validator findings → the issues and the sentence of an error reply. */
import * as v from "valibot";
import { type ErrorCode, type Issue, KultiError } from "./errors.ts";

/** The number of issues listed in one reply; the others are only counted. */
const maxIssues = 20;

/** The valid value, or its issues. */
export type Outcome<T> = { value: T; issues?: undefined } | { value?: undefined; issues: Issue[] };

export function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Outcome<T> {
  const { success, output, issues } = v.safeParse(schema, value, {
    abortPipeEarly: true,
    message: explain,
  });
  return success ? { value: output } : { issues: issues.map(readIssue) };
}

/**
 * @param cannot Start of the sentence, such as "Cannot post the message".
 * @param prefix Path of the sentence's subject.
 * @throws {KultiError} Always.
 */
export function refuse(code: ErrorCode, cannot: string, found: Issue[], prefix = ""): never {
  const [first, ...rest] = found;
  const path = first?.path.slice(prefix.length).replace(/^\./, "");
  const subject = path || (prefix === "" ? "the body" : "it");
  const more = rest.length === 0 ? "" : ` (and ${rest.length} more)`;
  throw new KultiError(code, `${cannot}: ${subject} ${first?.message}${more}.`, {
    issues: found.slice(0, maxIssues),
  });
}

/** @throws {KultiError} `invalid_request` with every issue found. */
export function parse<T>(schema: v.GenericSchema<unknown, T>, value: unknown, cannot: string): T {
  const { value: parsed, issues } = check(schema, value);
  return issues ? refuse("invalid_request", cannot, issues) : (parsed as T);
}

function readIssue(issue: v.BaseIssue<unknown>): Issue {
  const keys = issue.path?.map(({ key }) => key) ?? [];
  const limit = /^<=(\d+)$/.exec(issue.expected ?? "")?.[1];
  const found = { path: pathOf(keys), message: issue.message };
  return limit === undefined ? found : { ...found, limit: Number(limit) };
}

/** `["events", 3, "data", "content"]` → `events[3].data.content`; odd keys in quotes and cut. */
function pathOf(keys: readonly unknown[]): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number") path += `[${key}]`;
    else if (/^[A-Za-z_]\w{0,63}$/.test(String(key))) path += path === "" ? key : `.${key}`;
    else path += `[${quoted(String(key))}]`;
  }
  return path;
}

function explain(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "is no known field";
  if (issue.input === undefined) return "is missing";
  if (issue.type === "picklist" || issue.type === "literal") {
    const allowed = issue.expected?.replaceAll(/["()]/g, "").replaceAll(" | ", ", ");
    return `is ${told(issue.input)}, not one of ${allowed}`;
  }
  const wanted = wantedNames[issue.expected ?? ""] ?? issue.expected;
  return `is ${told(issue.input)}, not ${wanted}`;
}

const wantedNames: Record<string, string> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  Object: "an object",
  Array: "a list",
};

/** A value as shown in a sentence. */
function told(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

export const quoted = (value: string): string =>
  JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
