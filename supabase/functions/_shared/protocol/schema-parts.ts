/** Building blocks of the schemas. Each message completes a sentence that begins with the path of the value. */
import * as v from "valibot";
import { type LimitName, limits } from "./limits.ts";
import { agentIdPattern, uuidPattern } from "./routes.ts";
import {
  fits,
  grouped,
  isObject,
  isWebAddress,
  unstorable,
  utf8Bytes,
  webAddressPattern,
} from "./text.ts";
import { isTimestamp } from "./time.ts";

export const optional = v.exactOptional;

const described = (limit: number) =>
  v.description<string, string>(
    `At most ${grouped(limit)} bytes of UTF-8, without NUL or lone surrogates.`,
  );

const textCheck = (limit: number) =>
  v.rawCheck<string>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const problem = unstorable(dataset.value);
    if (problem) addIssue({ message: problem });
    else if (!fits(dataset.value, limit)) addIssue(tooLarge(utf8Bytes(dataset.value), limit));
  });

/** The shape from which `readIssue` reads the limit. */
export const tooLarge = (bytes: number, limit: number) => ({
  message: `is ${grouped(bytes)} bytes, limit ${grouped(limit)}`,
  expected: `<=${limit}`,
});

/** Text, possibly empty. */
export const text = (limit: LimitName) =>
  v.pipe(v.string(), textCheck(limits[limit]), described(limits[limit]));

/** Text that is not blank. */
export const label = (limit: LimitName) =>
  v.pipe(
    v.string(),
    v.minLength(1, "is empty"),
    v.check((value) => value.trim() !== "", "is blank"),
    textCheck(limits[limit]),
    described(limits[limit]),
  );

export const url = v.pipe(
  v.string(),
  textCheck(limits.url_bytes),
  v.check(
    isWebAddress,
    "is not an http or https address without spaces, control characters or a login",
  ),
  v.metadata({ format: "uri", pattern: webAddressPattern.source }),
  v.description(
    `An http or https address of at most ${grouped(limits.url_bytes)} bytes, without spaces, control characters or a login.`,
  ),
);

export const agentId = v.pipe(
  v.string(),
  v.regex(agentIdPattern, "is not an agent id: 2 to 63 of a-z, 0-9 and -, not starting with -"),
);

export const uuid = v.pipe(
  v.string(),
  v.check((value) => uuidPattern.test(value), "is not a UUID"),
  v.metadata({ format: "uuid" }),
);

export const timestamp = v.pipe(
  v.string(),
  v.check(isTimestamp, "is not an ISO 8601 time with an offset, from 1970 to 9999"),
  v.metadata({ format: "date-time", examples: ["2026-11-22T10:00:00.000Z"] }),
);

/** A whole number from 0 that JSON and JavaScript carry exactly. */
export const count = v.pipe(
  v.number(),
  v.safeInteger("is not a whole number of at most 53 bits"),
  v.minValue(0, "is negative"),
);

/** A whole number in an event, up to a limit that every reader can represent. */
export const whole = (limit: LimitName, min = 0) =>
  v.pipe(
    v.number(),
    v.safeInteger("is not a whole number of at most 53 bits"),
    v.minValue(
      min,
      min === 0 ? "is negative" : (issue) => `is ${issue.input}, limit ${grouped(min)}`,
    ),
    v.maxValue(limits[limit], over(limit)),
  );

export const amount = (limit: LimitName) =>
  v.pipe(
    v.number(),
    v.finite("is not finite"),
    v.minValue(0, "is negative"),
    v.maxValue(limits[limit], over(limit)),
  );

const over = (limit: LimitName) => (issue: { input: number }) =>
  `is ${grouped(issue.input)}, limit ${grouped(limits[limit])}`;

/** An object with only these keys. An unknown key is usually a misspelt one, and its value would be lost. */
export const exact = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(v.custom<Record<string, unknown>>(isObject, "is not an object"), v.strictObject(entries));

/** Checks the number of items before the items, so that a hostile body can't cause a million issues. */
export const list = <Item extends v.GenericSchema>(item: Item, min: number, max: number) =>
  v.pipe(
    v.custom<unknown[]>(Array.isArray, "is not a list"),
    v.check((items) => items.length >= min, "is empty"),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.value.length <= max) return;
      const message = `has ${grouped(dataset.value.length)} items, limit ${grouped(max)}`;
      addIssue({ message, expected: `<=${max}` });
    }),
    v.array(item),
    v.metadata({ minItems: min, maxItems: max }),
  );

/** Lines of text; the issue names the first bad one. */
export const lines = v.pipe(
  v.custom<string[]>(Array.isArray, "is not a list of texts"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    for (const [key, value] of input.entries()) {
      const message = typeof value === "string" ? unstorable(value) : "is not a text";
      if (!message) continue;
      addIssue({ message, path: [{ type: "array", origin: "value", input, key, value }] });
      return;
    }
  }),
  v.metadata({ type: "array", items: { type: "string" } }),
);

/** For an object whose allowed fields depend on the values of others: `problems` yields the misplaced ones. */
export const consistent = <Data extends object>(
  problems: (data: Data) => Iterable<[keyof Data & string, string]>,
) =>
  v.rawCheck<Data>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [key, message] of problems(dataset.value)) {
      const input = { ...dataset.value } as Record<string, unknown>;
      addIssue({ message, path: [{ type: "object", origin: "value", input, key, value: null }] });
    }
  });

/** True for the same type only, optional and readonly keys included. */
export type Equal<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;
