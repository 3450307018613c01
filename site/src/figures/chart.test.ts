import { expect, test } from "vitest";
import { axisText } from "./axis.ts";
import { stacked } from "./chart.ts";
import type { Column } from "./figure.ts";

const column = (label: string, isBelow = false): Column => ({
  label,
  colour: "--ink",
  isBelow,
  text: String,
});

test("stacked puts each column on those before it, the highest first, and those below under zero", () => {
  const rows = [
    { label: "a", title: "a", values: [1, 2, 5] },
    { label: "b", title: "b", values: [0, 4, 0] },
  ];
  const columns = [column("one"), column("two"), column("lost", true)];
  const chart = { unit: "x", of: "y", scale: "count" as const, columns, rows };
  expect(stacked(chart, [2, 1, 0])).toEqual([
    [0, 1],
    [-5, 0],
    [3, 4],
    [1, 0],
  ]);
});

test("axisText writes durations, short counts and money without its name", () => {
  expect(axisText("time", 600_000)).toBe("10 min");
  expect(axisText("time", 0)).toBe("0");
  expect(axisText("count", 20_000)).toBe("20K");
  expect(axisText("count", -500)).toBe("500");
  expect(axisText("money", 0.05)).toBe("0.05");
});
