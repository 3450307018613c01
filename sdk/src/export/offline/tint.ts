/**
 * Colours comments, strings, numbers, keywords and calls by patterns that most languages share. A grammar for each
 * language would be larger than the page. Unclear text stays plain.
 */
export interface Tinted {
  kind: "comment" | "string" | "figure" | "keyword" | "call" | "";
  text: string;
}

const cLike =
  /^(?:[cm]?[jt]sx?|java|go|rs|c|h|cc|cpp|hpp|cs|kt|swift|php|dart|scala|css|scss|json)$/;
const hashLike = /^(?:py|pyi|rb|sh|bash|zsh|ya?ml|toml|pl|r|ex|exs|dockerfile|makefile|tf)$/;

const keywords = new Set(
  `abstract and as assert async await begin break case catch class const continue def default defer del delete do elif
  else end enum except export extends extern False false final finally fn for foreach from func function go goto if
  impl implements import in instanceof interface is lambda let local loop match mod module move mut namespace new nil
  None none not null of or package pass priv private protected pub public raise readonly ref require rescue return
  satisfies select self Self static struct super switch then this throw throws trait True true try type typeof
  undefined unless until use using val var virtual void where while with yield`.split(/\s+/),
);

const restOfCode =
  /("(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|`(?:\\.|[^`\\])*`?)|(\b\d[\w.]*)|([\p{L}_$][\p{L}\p{N}_$]*)(\s*\()?/gu;

/** Makes a function that takes the lines of a file in order. */
export function createTint(filename: string): (line: string) => Tinted[] {
  const name = filename.toLowerCase();
  const ending = name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf("/")) + 1);
  const isHash = hashLike.test(ending);
  const isSql = ending === "sql";
  if (!isHash && !isSql && !cLike.test(ending)) return (line) => [{ kind: "", text: line }];
  const comment = isHash ? /(?<![\w$&'"])#/ : isSql ? /--/ : /\/\/|\/\*/;
  /** The end of the comment or string that an earlier line started. */
  let open: { end: string; kind: "comment" | "string" } | null = null;

  return (line) => {
    const runs: Tinted[] = [];
    let from = 0;
    if (open) {
      const end = line.indexOf(open.end);
      const until = end < 0 ? line.length : end + open.end.length;
      runs.push({ kind: open.kind, text: line.slice(0, until) });
      if (end < 0) return runs;
      from = until;
      open = null;
    }
    const triple = isHash ? /"""|'''/.exec(line.slice(from)) : null;
    if (triple) {
      const start = from + triple.index;
      const end = line.indexOf(triple[0], start + 3);
      const until = end < 0 ? line.length : end + 3;
      if (end < 0) open = { end: triple[0], kind: "string" };
      const before = codeRuns(line.slice(from, start));
      const string: Tinted = { kind: "string", text: line.slice(start, until) };
      return [...runs, ...before, string, ...codeRuns(line.slice(until))];
    }
    const start = commentStart(line, from, comment);
    runs.push(...codeRuns(line.slice(from, start)));
    if (start === line.length) return runs;
    if (line.startsWith("/*", start) && line.indexOf("*/", start) < 0) {
      open = { end: "*/", kind: "comment" };
    }
    return [...runs, { kind: "comment", text: line.slice(start) }];
  };
}

/** The index of the first comment sign outside a string. */
function commentStart(line: string, from: number, comment: RegExp): number {
  const found = comment.exec(withoutStrings(line).slice(from));
  return found ? from + found.index : line.length;
}

const stringHere = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`/y;

/** The line with an `x` for each character of a string, at the same length. */
function withoutStrings(line: string): string {
  let masked = "";
  let from = 0;
  /** Quotes without an end. A later quote of the same kind has no end either, so the scan skips it. */
  const open = new Set<string>();
  for (let at = 0; at < line.length; at++) {
    const quote = line[at] as string;
    if (!"\"'`".includes(quote) || open.has(quote)) continue;
    stringHere.lastIndex = at;
    const length = stringHere.exec(line)?.[0].length;
    if (length === undefined) {
      open.add(quote);
      continue;
    }
    masked += line.slice(from, at) + "x".repeat(length);
    from = at + length;
    at = from - 1;
  }
  return masked + line.slice(from);
}

function codeRuns(code: string): Tinted[] {
  const runs: Tinted[] = [];
  let from = 0;
  for (const match of code.matchAll(restOfCode)) {
    const [whole, string, number, word, call] = match;
    const kind = string
      ? "string"
      : number
        ? "figure"
        : word && keywords.has(word)
          ? "keyword"
          : call
            ? "call"
            : "";
    if (kind === "") continue;
    const text = word ?? whole;
    if (match.index > from) runs.push({ kind: "", text: code.slice(from, match.index) });
    runs.push({ kind, text });
    from = match.index + text.length;
  }
  if (from < code.length) runs.push({ kind: "", text: code.slice(from) });
  return runs;
}
