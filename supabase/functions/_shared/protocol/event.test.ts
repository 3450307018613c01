import { describe, expect, test } from "vitest";
import { chapterOf, type EventType, eventRecords, eventTypes, kindOf, titleOf } from "./event.ts";
import type { Field } from "./events/record.ts";
import { fitData, splits } from "./fit.ts";
import { readFixtures } from "./fixtures.ts";
import { limits } from "./limits.ts";
import { eventSchemas } from "./schema-event.ts";
import { check } from "./schema-issue.ts";

const fieldsOf = (type: EventType) => Object.entries<Field>(eventRecords[type].fields);

const fixtureEvents = readFixtures("valid").flatMap(
  ({ body }) =>
    (body as { events?: { type: EventType; data: Record<string, unknown> }[] }).events ?? [],
);

describe("the records of the event types", () => {
  test("those with a split field say how", () => {
    const split = eventTypes.filter((type) =>
      fieldsOf(type).some(
        ([, field]) => typeof field === "object" && "excess" in field && field.excess === "split",
      ),
    );
    expect(Object.keys(splits)).toEqual(split);
  });

  test("a type of a later contract has no title, no chapter and the kind of the others", () => {
    const later = { type: "dance", data: {} } as never;
    expect([titleOf(later), chapterOf(later), kindOf("toString" as EventType)]).toEqual([
      "",
      null,
      "other",
    ]);
  });

  interface Excessive {
    type: EventType;
    name: string;
    data: Record<string, unknown>;
  }

  /** Each fixture with one field twice as large as its limit, or beyond its range. */
  function* excessive(): Generator<Excessive> {
    for (const { type, data } of fixtureEvents) {
      for (const [name, field] of fieldsOf(type)) {
        const value: unknown = data[name];
        if (field === "fixed" || value === undefined) continue;
        if ("max" in field) yield { type, name, data: { ...data, [name]: limits[field.max] * 2 } };
        else if (typeof value === "string") {
          yield { type, name, data: { ...data, [name]: "x".repeat(2 * limits[field.limit]) } };
        }
      }
    }
  }

  test.each(eventTypes)("%s: the client cuts any excess to what the server accepts", (type) => {
    for (const { data, name } of [...excessive()].filter((one) => one.type === type)) {
      const problems: string[] = [];
      const fitted = fitData(type, data as never, ({ message }) => problems.push(message));
      for (const one of fitted) {
        expect(
          check(eventSchemas[type], { type, data: one }).issues,
          `${type}.${name}`,
        ).toBeUndefined();
      }
      const isSplit = fitted.length > 1;
      expect(isSplit || problems.length === 1, `${type}.${name}: ${problems}`).toBe(true);
    }
  });
});
