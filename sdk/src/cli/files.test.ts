import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeProblem } from "./files.ts";

test("writeProblem tells in words why a file cannot be written", () => {
  const folder = mkdtempSync(join(tmpdir(), "kulti-"));
  const whyNot = (name: string): string => {
    try {
      writeFileSync(join(folder, name), "");
      return "written";
    } catch (error) {
      return writeProblem(error as NodeJS.ErrnoException);
    }
  };
  try {
    expect(whyNot("a")).toBe("written");
    expect(whyNot("nosuch/a")).toBe("its folder does not exist");
    expect(whyNot(".")).toBe("it is a folder; name a file in it");
    expect(whyNot("a/b")).toBe("a part of its path is not a folder");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
