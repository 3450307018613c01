import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TerminalScreen } from "./terminal-screen.ts";

function screenOf(...outputs: string[]): TerminalScreen {
  const screen = new TerminalScreen();
  for (const output of outputs) screen.write(output);
  return screen;
}

describe("TerminalScreen", () => {
  test.each([
    ["lines", "one\r\ntwo\n", "one\ntwo"],
    ["a progress bar", "10%\r50%\r100%\n", "100%"],
    ["a shorter line over a longer one", "downloading\rdone\u001b[K\n", "done"],
    ["backspace", "abc\b\bX", "aXc"],
    ["tabs", "a\tb", "a       b"],
    ["cursor up and erased line", "one\ntwo\u001b[1A\r\u001b[2Kthree", "three\ntwo"],
    ["an absolute position", "\u001b[2;3Hx", "\n  x"],
    ["a cleared screen, what stood there above", "old\u001b[2J\u001b[Hnew", "old\nnew"],
    ["deleted characters", "abcdef\r\u001b[2P", "cdef"],
    [
      "titles, links and the clipboard",
      "\u001b]0;t\u0007a\u001b]8;;x\u001b\\b\u001b]52;c;x\u0007",
      "ab",
    ],
    ["a title that never ends, to its line's end", "\u001b]0;abc\nnext", "\nnext"],
    ["device strings and resets", "\u001bPq#\u001b\\a\u001bcb\u001b(Bc", "abc"],
    ["accents and joined emoji", "e\u0301👩\u200d🔬x", "e\u0301👩\u200d🔬x"],
  ])("shows %s", (_, output, text) => {
    expect(screenOf(output).text()).toBe(text);
  });

  test("colours: named, bright, 256, true, and off again", () => {
    const runs = screenOf(
      "a\u001b[1;31mb\u001b[92mc\u001b[38;5;208md\u001b[48;2;1;2;3me\u001b[0mf\u001b[7mg",
    ).lines()[0];
    expect(runs?.map(({ text, look }) => [text, look.fore, look.back, look.bold])).toEqual([
      ["a", "", "", false],
      ["b", "red", "", true],
      ["c", "bright-green", "", true],
      ["d", "#ff8700", "", true],
      ["e", "#ff8700", "#010203", true],
      ["f", "", "", false],
      ["g", "", "", false],
    ]);
    expect(runs?.at(-1)?.look.inverse).toBe(true);
  });

  test("the screen does not depend on how output is split", () => {
    const piece = fc.constantFrom(
      ...["a", "é", "\r", "\n", "\b", "\u001b[31m", "\u001b[2K", "\u001b[1A", "\u001b[3;2H"],
      ...["\u001b]0;t\u0007", "\u001b[", "\u001b", "12", "m", "\u001b[2J"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(60), (pieces, cut) => {
        const output = pieces.join("");
        const whole = screenOf(output).text();
        expect(screenOf(output.slice(0, cut), output.slice(cut)).text()).toBe(whole);
      }),
      { numRuns: 300 },
    );
  });

  test("clearing the screen a thousand times leaves little text and takes little time", () => {
    const started = process.cpuUsage().user / 1000;
    const screen = screenOf("\u001b[2J\u001b[Hbusy\n".repeat(20_000));
    expect(screen.lines().length).toBeLessThanOrEqual(5_000);
    expect(process.cpuUsage().user / 1000 - started).toBeLessThan(2_000);
  });
});
