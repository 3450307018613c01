/**
 * Cuts a SQL script into its statements, as psql does: at semicolons outside strings, comments, parentheses and
 * bodies. A backslash command between statements, such as `\ir file`, goes to the end of its line and counts as one too.
 */

// Tried in this order. Unterminated ones run to the end of the script.
const skipped: RegExp[] = [
  /--[^\n]*/y,
  // E'…' knows backslashes, '…' does not; in both a doubled quote is a quote.
  /(?<![\w$])[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)/y,
  /'(?:[^']|'')*(?:'|$)/y,
  /"(?:[^"]|"")*(?:"|$)/y,
  /(?<![\w$])\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)/y,
  /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y,
];

export interface Statement {
  text: string;
  /** Line of the script on which it starts, from 1. */
  line: number;
}

export function splitStatements(script: string): Statement[] {
  const statements: Statement[] = [];
  let start = 0;
  let at = 0;
  // `begin atomic … end` contains semicolons; so do the branches of a `case … end` in it.
  let depth = 0;
  let previous = "";
  let parentheses = 0;
  const finish = (end: number) => {
    const raw = script.slice(start, end);
    const text = raw.replace(/^(?:\s|--[^\n]*(?:\n|$))+/, "").trim();
    if (text !== "") {
      const offset = start + raw.indexOf(text);
      statements.push({ text, line: script.slice(0, offset).split("\n").length });
    }
  };
  while (at < script.length) {
    const commentEnd = script.startsWith("/*", at) ? endOfComment(script, at) : undefined;
    const skipped = commentEnd ?? skip(script, at);
    if (skipped !== undefined) {
      const word = script.slice(at, skipped).toLowerCase();
      if (word === "atomic" && previous === "begin") depth = 1;
      else if (word === "case" && depth > 0) depth += 1;
      else if (word === "end" && depth > 0) depth -= 1;
      if (/^[a-z]/.test(word)) previous = word;
      at = skipped;
      continue;
    }
    const character = script[at];
    if (character === "\\" && /^(?:\s|--[^\n]*(?:\n|$))*$/.test(script.slice(start, at))) {
      at = endOfLine(script, at);
      finish(at);
      start = at;
      continue;
    }
    if (character === "(") parentheses += 1;
    if (character === ")") parentheses = Math.max(0, parentheses - 1);
    at += 1;
    if (character === ";" && depth === 0 && parentheses === 0) {
      finish(at - 1);
      start = at;
      previous = "";
    }
  }
  finish(script.length);
  return statements;
}

function skip(script: string, at: number): number | undefined {
  for (const pattern of skipped) {
    pattern.lastIndex = at;
    const found = pattern.exec(script);
    if (found && found[0].length > 0) return at + found[0].length;
  }
  return undefined;
}

function endOfLine(script: string, at: number): number {
  const end = script.indexOf("\n", at);
  return end === -1 ? script.length : end;
}

/** Block comments nest. */
function endOfComment(script: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(script); mark; mark = marks.exec(script)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return script.length;
}
