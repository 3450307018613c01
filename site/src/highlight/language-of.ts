/** Finds a file's language: the one that the agent names, otherwise by the file's name. */
import type { Language } from "./languages.ts";

const byExtension: Record<string, Language> = {
  astro: "astro",
  bash: "bash",
  sh: "bash",
  zsh: "bash",
  c: "c",
  h: "c",
  clj: "clojure",
  cljs: "clojure",
  cc: "cpp",
  cpp: "cpp",
  cxx: "cpp",
  hpp: "cpp",
  hh: "cpp",
  cs: "csharp",
  css: "css",
  dart: "dart",
  diff: "diff",
  patch: "diff",
  dockerfile: "docker",
  ex: "elixir",
  exs: "elixir",
  erl: "erlang",
  go: "go",
  graphql: "graphql",
  gql: "graphql",
  hs: "haskell",
  html: "html",
  htm: "html",
  ini: "ini",
  cfg: "ini",
  conf: "ini",
  env: "ini",
  properties: "ini",
  java: "java",
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  traj: "json",
  jsonc: "jsonc",
  jsx: "jsx",
  jl: "julia",
  kt: "kotlin",
  kts: "kotlin",
  less: "less",
  lua: "lua",
  mk: "make",
  makefile: "make",
  md: "markdown",
  markdown: "markdown",
  mdx: "mdx",
  nix: "nix",
  ml: "ocaml",
  mli: "ocaml",
  pl: "perl",
  pm: "perl",
  php: "php",
  ps1: "powershell",
  proto: "proto",
  py: "python",
  pyi: "python",
  r: "r",
  rb: "ruby",
  gemfile: "ruby",
  rakefile: "ruby",
  rs: "rust",
  scala: "scala",
  scss: "scss",
  sol: "solidity",
  sql: "sql",
  svelte: "svelte",
  swift: "swift",
  tf: "terraform",
  hcl: "terraform",
  toml: "toml",
  tsx: "tsx",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  vue: "vue",
  xml: "xml",
  svg: "xml",
  yaml: "yaml",
  yml: "yaml",
  zig: "zig",
};

const byOtherName: Record<string, Language> = {
  "c#": "csharp",
  "c++": "cpp",
  docker: "docker",
  golang: "go",
  objc: "c",
  protobuf: "proto",
  shell: "bash",
  shellscript: "bash",
  console: "bash",
  makefile: "make",
  "jsx/react": "jsx",
};

const names = new Set<string>([...Object.values(byExtension), ...Object.values(byOtherName)]);

/** Null if unknown: the page then shows the file as plain text. */
export function languageOf(filename: string, named: string | null): Language | null {
  const name = named?.trim().toLowerCase() ?? "";
  if (names.has(name)) return name as Language;
  const found = own(byOtherName, name) ?? own(byExtension, name);
  if (found) return found;
  const base = filename.split(/[\\/]/).at(-1)?.toLowerCase() ?? "";
  return own(byExtension, base) ?? own(byExtension, base.split(".").at(-1) ?? "") ?? null;
}

function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
