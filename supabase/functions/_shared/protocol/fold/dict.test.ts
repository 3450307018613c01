import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Dict } from "./dict.ts";

const key = fc.constantFrom("a", "b", "c", "__proto__", "constructor", "", "é");
const step = fc.oneof(
  fc.record({ op: fc.constant("set" as const), key, value: fc.nat() }),
  fc.record({ op: fc.constant("delete" as const), key }),
);

describe("Dict", () => {
  test("behaves like a Map under set and delete, order included, and old versions do not change", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = new Map<string, number>();
        const versions: [Dict<number>, string][] = [];
        let dict: Dict<number> = Dict.empty;
        for (const one of steps) {
          if (one.op === "set") map.set(one.key, one.value);
          else map.delete(one.key);
          dict = one.op === "set" ? dict.set(one.key, one.value) : dict.delete(one.key);
          expect([...dict]).toEqual([...map]);
          expect(dict.length).toBe(map.size);
          expect(dict.get(one.key)).toBe(map.get(one.key));
          versions.push([dict, JSON.stringify(dict)]);
        }
        for (const [version, json] of versions) expect(JSON.stringify(version)).toBe(json);
      }),
    );
  });

  test("holds thousands of names", () => {
    let dict: Dict<number> = Dict.empty;
    for (let index = 0; index < 5_000; index++) dict = dict.set(`src/${index}.ts`, index);
    expect(dict.length).toBe(5_000);
    expect(dict.get("src/4321.ts")).toBe(4_321);
    expect(dict.values()).toEqual(Array.from({ length: 5_000 }, (_, index) => index));
  });

  test("rename keeps the position and drops the entry at the new name", () => {
    const dict = (Dict.empty as Dict<number>).set("a", 1).set("b", 2).set("c", 3);
    expect([...dict.rename("a", "c", 9)]).toEqual([
      ["c", 9],
      ["b", 2],
    ]);
    expect([...dict.rename("x", "y", 9)].at(-1)).toEqual(["y", 9]);
  });
});
