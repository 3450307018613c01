import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { List } from "./list.ts";

const items = fc.array(fc.nat(), { maxLength: 600, size: "max" });

describe("List", () => {
  test("behaves like an array under push, set and slice, and old versions do not change", () => {
    fc.assert(
      fc.property(items, items, fc.nat(), fc.nat(), (start, more, at, end) => {
        const first = List.from(start);
        let list = first;
        const array = [...start];
        for (const item of more) {
          list = list.push(item);
          array.push(item);
        }
        if (array.length > 0) {
          const index = at % array.length;
          list = list.set(index, -1);
          array[index] = -1;
        }
        expect([...list]).toEqual(array);
        expect(list.length).toBe(array.length);
        expect(list.last).toBe(array.at(-1));
        expect(list.get(at)).toBe(array[at]);
        expect(list.slice(at % 700, end % 700)).toEqual(array.slice(at % 700, end % 700));
        expect([...List.concat(first, more)]).toEqual([...start, ...more]);
        expect([...first]).toEqual(start);
      }),
      { numRuns: 50 },
    );
  });

  test("set outside throws", () => {
    expect(() => List.from([1]).set(1, 2)).toThrow("Cannot set item 1: the list has 1 items.");
  });
});
