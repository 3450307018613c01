import { expect, test } from "vitest";
import { languageOf } from "./language-of.ts";
import { grammars } from "./languages.ts";

test("languageOf trusts the agent's word, then the file's name", () => {
  expect(languageOf("x", "Python")).toBe("python");
  expect(languageOf("src/main.rs", null)).toBe("rust");
  expect(languageOf("Dockerfile", null)).toBe("docker");
  expect(languageOf("a.tsx", "constructor")).toBe("tsx");
  expect(languageOf("run", "shell")).toBe("bash");
  expect(languageOf("a.unknown", null)).toBeNull();
});

test("every language of languageOf has a grammar", () => {
  for (const name of ["a.ts", "a.py", "Makefile", "a.tf", "a.kt", "a.yml", "a.sol"]) {
    expect(Object.keys(grammars)).toContain(languageOf(name, null));
  }
});
