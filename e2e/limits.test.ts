/** Facts that both the contract and the database state are equal. */
import { type EventType, eventTypes, limits, recordOf, statuses, titleOf } from "@kulti/protocol";
import { readFixtures } from "@kulti/protocol/fixtures.ts";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { target } from "./target.ts";

describe.runIf(target.db_url)("the database agrees with the contract", () => {
  const database = new Client(target.db_url);
  beforeAll(() => database.connect());
  afterAll(() => database.end());

  const ask = async (expression: string, ...values: unknown[]): Promise<unknown> => {
    const { rows } = await database.query(`select ${expression} as value`, values);
    return rows[0]?.value;
  };

  test("on limits", async () => {
    expect(await ask("private.limits()")).toEqual(limits);
  });

  test("on statuses", async () => {
    expect(await ask("private.statuses()")).toEqual(statuses);
  });

  test("on event types, and on the searched ones", async () => {
    const types = await ask("private.event_types()");
    expect((types as string[]).toSorted()).toEqual(eventTypes.toSorted());
    const searched = eventTypes.filter((type) => recordOf(type)?.search_label !== null);
    const found = await ask("private.searched_types()");
    expect((found as string[]).toSorted()).toEqual(searched.toSorted());
  });

  interface Sent {
    type: EventType;
    data: never;
  }
  const sent = readFixtures("valid").flatMap(
    ({ body }) => (body as { events?: Sent[] }).events ?? [],
  );

  test.each(eventTypes)("on the data of %s, and on the title for search", async (type) => {
    const events = sent.filter((one) => one.type === type);
    expect(events.length).toBeGreaterThan(0);
    for (const { data } of events) {
      const json = JSON.stringify(data);
      expect(await ask("private.is_event_data($1, $2) is not false", type, json), json).toBe(true);
      // The searchable text of a thought is its content; a file is also found by its old name.
      if (type === "thought" || recordOf(type)?.search_label === null) continue;
      const title = await ask("coalesce(private.title_of($1, $2), '')", type, json);
      expect((title as string).split(" ")[0]).toBe(titleOf({ type, data }).split(" ")[0]);
    }
  });

  test.each(eventTypes)("%s: a field outside the contract is rejected", async (type) => {
    const [event] = sent.filter((one) => one.type === type);
    const more = JSON.stringify({ ...(event?.data as object | undefined), dance: 1 });
    expect(await ask("private.is_event_data($1, $2) is not false", type, more)).toBe(false);
  });
});
