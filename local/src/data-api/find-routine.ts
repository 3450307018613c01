/** Finds the function for a call by its name and the names of its arguments. */
import { ApiError } from "./api-error.ts";
import type { Routine, SchemaCache } from "./schema-cache.ts";
import { mostSimilar } from "./similar-name.ts";

/** @param postsJson whether a function with one unnamed json parameter can take the whole body */
export function findRoutine(
  cache: SchemaCache,
  schema: string,
  name: string,
  argumentNames: readonly string[],
  postsJson: boolean,
): Routine {
  const overloads = cache.routines.get(schema)?.get(name) ?? [];
  const given = new Set(argumentNames);
  const named = overloads.filter((routine) => takes(routine, given));
  const wholeBody = postsJson
    ? overloads.filter(({ parameters }) => parameters.length === 1 && parameters[0]?.name === "")
    : [];
  const candidates = named.length > 0 ? named : wholeBody;
  const [routine, ...others] = candidates;
  if (!routine) {
    const known = cache.routines.get(schema) ?? new Map<string, Routine[]>();
    throw notFound(schema, name, [...given].sort(), postsJson, known, overloads);
  }
  if (others.length > 0) throw ambiguous(candidates);
  return routine;
}

function takes({ parameters }: Routine, given: Set<string>): boolean {
  const names = new Set(parameters.map((parameter) => parameter.name));
  return (
    !names.has("") &&
    [...given].every((name) => names.has(name)) &&
    parameters.every((parameter) => !parameter.required || given.has(parameter.name))
  );
}

function notFound(
  schema: string,
  name: string,
  given: string[],
  postsJson: boolean,
  known: Map<string, Routine[]>,
  overloads: Routine[],
): ApiError {
  const list = given.join(", ");
  const without = " without parameters";
  const withNames = ` with parameter${given.length > 1 ? "s" : ""} ${list}`;
  const triedWholeBody = postsJson ? " or with a single unnamed json/jsonb parameter" : "";
  return new ApiError(
    404,
    "PGRST202",
    `Could not find the function ${schema}.${name}${given.length > 0 ? `(${list})` : without} in the schema cache`,
    {
      details:
        `Searched for the function ${schema}.${name}${given.length > 0 ? withNames : without}${triedWholeBody}, ` +
        "but no matches were found in the schema cache.",
      hint: hint(schema, name, `(${list})`, known, overloads),
      cacheMayBeStale: true,
    },
  );
}

function hint(
  schema: string,
  name: string,
  given: string,
  known: Map<string, Routine[]>,
  overloads: Routine[],
): string | null {
  const signatures = overloads.map(
    ({ parameters }) =>
      `(${parameters
        .map((parameter) => parameter.name)
        .sort()
        .join(", ")})`,
  );
  const offer = (text: string) => `Perhaps you meant to call the function ${schema}.${text}`;
  if (overloads.length === 0) {
    const similar = mostSimilar(name, known.keys(), 0.75);
    return similar === null ? null : offer(similar);
  }
  const similar = mostSimilar(given, signatures, 0.33);
  return similar === null ? null : offer(`${name}${similar}`);
}

function ambiguous(candidates: Routine[]): ApiError {
  const signatures = candidates.map(({ schema, name, parameters }) => {
    const list = parameters.map((parameter) => `${parameter.name} => ${parameter.type}`);
    return `${schema}.${name}(${list.join(", ")})`;
  });
  return new ApiError(
    300,
    "PGRST203",
    `Could not choose the best candidate function between: ${signatures.join(", ")}`,
    {
      hint: "Try renaming the parameters or the function itself in the database so function overloading can be resolved",
      cacheMayBeStale: true,
    },
  );
}
