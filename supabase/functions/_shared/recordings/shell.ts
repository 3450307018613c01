/** The changes of files in simple shell commands. Other commands have no known changes. */
import { trimEnd } from "../protocol/text.ts";
import type { Files } from "./files.ts";

/** Splits a command line into words like a POSIX shell. Null if a quote has no end. */
export function shellWords(line: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  for (let index = 0; index < line.length; index++) {
    const char = line[index] as string;
    if (char === "'" || char === '"') {
      const [text, end] = quoted(line, index);
      if (end < 0) return null;
      word = (word ?? "") + text;
      index = end;
    } else if (char === "\\" && index + 1 < line.length) {
      index++;
      if (line[index] !== "\n") word = (word ?? "") + line[index];
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== null) words.push(word);
  return words;
}

/** The text in the quotes that open at `start`, and the index of their end, or -1 without an end. */
function quoted(line: string, start: number): [text: string, end: number] {
  const quote = line[start];
  let text = "";
  for (let index = start + 1; index < line.length; index++) {
    const char = line[index] as string;
    if (char === quote) return [text, index];
    const next = line[index + 1] ?? "";
    if (quote === '"' && char === "\\" && '"\\$`\n'.includes(next) && next !== "") {
      if (next !== "\n") text += next;
      index++;
    } else {
      text += char;
    }
  }
  return [text, -1];
}

const heredocWrites = [
  /^cat\s+>\s*(?<path>[^\s<>|&;]+)\s*<<-?\s*(?<quote>['"]?)(?<end>\w+)\k<quote>[ \t]*\n(?<body>[\s\S]*)$/,
  /^cat\s+<<-?\s*(?<quote>['"]?)(?<end>\w+)\k<quote>\s*>\s*(?<path>[^\s<>|&;]+)[ \t]*\n(?<body>[\s\S]*)$/,
];

/** Reads `cat > file <<'EOF' … EOF`. Null for anything else, and for content that the shell would expand. */
export function heredocOf(command: string): { path: string; content: string } | null {
  const groups = heredocWrites.map((form) => form.exec(command.trim())?.groups).find(Boolean);
  if (!groups) return null;
  const { path = "", quote, end = "", body = "" } = groups;
  const lines = body.split("\n");
  const at = lines.indexOf(end);
  if (at < 0 || lines.slice(at + 1).some((line) => line.trim() !== "")) return null;
  const content = lines
    .slice(0, at)
    .map((line) => `${line}\n`)
    .join("");
  if (quote === "" && /[$`\\]/.test(content)) return null;
  return { path: path.replace(/^(['"])(.*)\1$/, "$2"), content };
}

/** Adds the writes of a successful command, and the removals and moves of files that the run knows. */
export function applyCommand(line: string, files: Files) {
  const { folder, command } = withoutCd(line);
  const placed = (path: string): string =>
    folder === "" || path.startsWith("/") ? path : `${folder}/${path}`;
  const written = heredocOf(command);
  if (written) return files.write(placed(written.path), written.content);
  if (/[|&;<>*?$`\n]/.test(command)) return;
  const words = shellWords(command);
  if (!words) return;
  const [program, ...args] = words[0] === "git" ? words.slice(1) : words;
  const paths = args.filter((arg) => !arg.startsWith("-")).map(placed);
  applyProgram(program ?? "", paths, files);
}

/** Splits `cd folder && command`. */
function withoutCd(line: string): { folder: string; command: string } {
  const [, folder = "", command] = /^cd\s+([\w./@+-]+)\s*&&\s*([\s\S]+)$/.exec(line.trim()) ?? [];
  return { folder: trimEnd(folder, "/"), command: command ?? line };
}

function applyProgram(program: string, paths: string[], files: Files) {
  if (program === "rm") for (const path of paths) if (files.has(path)) files.delete(path);
  const [from, to] = paths;
  if (
    program === "mv" &&
    paths.length === 2 &&
    from &&
    to &&
    files.has(from) &&
    !to.endsWith("/")
  ) {
    files.rename(from, to);
  }
}
