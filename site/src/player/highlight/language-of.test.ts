import { expect, test } from "vitest";
import { language_of } from "./language-of.ts";
import { grammars } from "./languages.ts";

test("language_of trusts the agent's word, then the file's name", () => {
  expect(language_of("x", "Python")).toBe("python");
  expect(language_of("src/main.rs", null)).toBe("rust");
  expect(language_of("Dockerfile", null)).toBe("docker");
  expect(language_of("a.tsx", "constructor")).toBe("tsx");
  expect(language_of("run", "shell")).toBe("bash");
  expect(language_of("a.unknown", null)).toBeNull();
});

test("every language that can be told has a grammar", () => {
  for (const name of ["a.ts", "a.py", "Makefile", "a.tf", "a.kt", "a.yml", "a.sol"]) {
    expect(Object.keys(grammars)).toContain(language_of(name, null));
  }
});
