/**
 * SQL text without injection: the template takes only other `Sql`, values become parameters, names are quoted, and raw
 * text enters only through `trusted`, which has few callers.
 */
import type { Statement } from "../database/lanes.ts";

export class Sql {
  readonly texts: readonly string[];
  readonly values: readonly (string | null)[];

  /** Texts and values alternate, from a text to a text. */
  constructor(texts: readonly string[], values: readonly (string | null)[]) {
    this.texts = texts;
    this.values = values;
  }
}

export function sql(strings: TemplateStringsArray, ...inserts: Sql[]): Sql {
  const texts = [strings[0] ?? ""];
  const values: (string | null)[] = [];
  for (const [i, insert] of inserts.entries()) {
    texts[texts.length - 1] += insert.texts[0] ?? "";
    texts.push(...insert.texts.slice(1));
    values.push(...insert.values);
    texts[texts.length - 1] += strings[i + 1] ?? "";
  }
  return new Sql(texts, values);
}

export const empty = sql``;

/** A bound parameter of unknown type: Postgres infers it from the place, as it does for PostgREST. */
export function param(value: string | null): Sql {
  return new Sql(["", ""], [value]);
}

/** Ends at a NUL, because the wire protocol would end the statement there. */
export function ident(name: string): Sql {
  return trusted(`"${(name.split("\0", 1)[0] ?? "").replaceAll('"', '""')}"`);
}

/** Raw text: from the catalog or from a fixed list, never from a request. */
export function trusted(text: string): Sql {
  return new Sql([text], []);
}

export function join(parts: readonly Sql[], separator: string): Sql {
  return parts.reduce(
    (all, part, i) => (i === 0 ? part : sql`${all}${trusted(separator)}${part}`),
    empty,
  );
}

export function render(fragment: Sql): Statement {
  let text = fragment.texts[0] ?? "";
  for (let i = 0; i < fragment.values.length; i++) text += `$${i + 1}${fragment.texts[i + 1]}`;
  return { text, values: [...fragment.values] };
}

/** `{"a","b"}` for a parameter, so that Postgres infers the element type. */
export function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/[\\"]/g, "\\$&")}"`).join(",")}}`;
}
