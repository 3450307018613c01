import fc from "fast-check";
import { Lexer, type Token } from "marked";
import { describe, expect, test } from "vitest";
import { messageOf, sessionOf, sessions } from "../../test/session.ts";
import { exportMarkdown } from "./markdown.ts";
import { escapeText, fenced } from "./markdown-text.ts";
import type { RecordedSession } from "./recorded-session.ts";

const report = (session: RecordedSession): string => [...exportMarkdown(session)].join("");

function tokensOf(markdown: string): Token[] {
  const found: Token[] = [];
  collect(new Lexer({ gfm: true }).lex(markdown), found);
  return found;
}

function collect(tokens: Token[], into: Token[]): void {
  for (const token of tokens) {
    into.push(token);
    const inner = (token as { tokens?: Token[] }).tokens ?? (token as { items?: Token[] }).items;
    if (inner) collect(inner, into);
  }
}

const hostile = [
  `<img src=x onerror=alert(1)> <script>x</script> <!-- `,
  "```\n````\n~~~",
  "# no heading\n\n- no list\n1. no list\n> no quote\n---\n===\n\n    no code\n| a | b |\n|---|---|",
  "![picture](https://example.org/x.png) [link](javascript:alert(1)) [a]: https://x &lt; &amp; $x$",
  "*stars* _lines_ `ticks` ~~gone~~ \\ end\\",
];

describe("exportMarkdown", () => {
  test("lists task, thoughts, commands, changes, errors and chat in order", () => {
    const text = report(
      sessionOf(
        [
          [0, "task", { title: "Fix the parser", description: "It loses a line." }],
          [1, "milestone", { label: "Reproduce", completed: true }],
          [2, "thought", { thought_type: "reasoning", content: "Off by ", stream_id: "s" }],
          [
            3,
            "thought",
            { thought_type: "reasoning", content: "one.", stream_id: "s", done: true },
          ],
          [4, "code", { filename: "a.ts", action: "write", content: "one\ntwo\n" }],
          [
            5,
            "code",
            { filename: "a.ts", action: "edit", edits: [{ old_text: "two", new_text: "three" }] },
          ],
          [6, "terminal", { stream: "input", command: "npm test", text: "" }],
          [7, "terminal", { stream: "stdout", text: "10%\r100%\n\u001b[31m1 failed\u001b[0m\n" }],
          [8, "terminal", { stream: "stdout", text: "", exit_code: 1 }],
          [70, "error", { message: "Expected 1", file: "a.ts", line: 3, stack: "at a.ts:3" }],
        ],
        { messages: [messageOf(1, 71, "Why so?")] },
      ),
    );
    expect(text).toMatchInlineSnapshot(`
      "# Fix the parser

      **Night Owl** (\`night-owl\`) · live · 2026-11-22 10:00 UTC · 1:11\\
      1 thought · 1 file · 1 command · 1 error

      > It loses a line.

      ## Milestones

      - [x] Reproduce

      ## What happened

      **0:00** · task: Fix the parser

      **0:01** · milestone reached: Reproduce

      **0:02** · reasoning

      > Off by one.

      **0:04** · wrote \`a.ts\`

      \`\`\`ts
      one
      two
      \`\`\`

      **0:05** · edited \`a.ts\` (+1 −1)

      \`\`\`diff
      @@ -1,2 +1,2 @@
       one
      -two
      +three
      \`\`\`

      **0:06** · terminal, exit code 1

      \`\`\`console
      $ npm test
      100%
      1 failed
      \`\`\`

      **1:10** · error in \`a.ts:3\`

      > Expected 1

      \`\`\`
      at a.ts:3
      \`\`\`

      **1:11** · **Ada** asked in the chat

      > Why so?

      "
    `);
  });

  test("tells a question with its command and its options, and its first answer", () => {
    const text = report(
      sessionOf([
        [
          0,
          "question",
          { question_id: "q", kind: "approval", text: "Delete it?", detail: "rm -r dist" },
        ],
        [1, "answer", { question_id: "q", by: "owner", option: "deny", text: "Keep it" }],
        [2, "answer", { question_id: "q", by: "timeout" }],
        [3, "answer", { question_id: "never asked", by: "owner", option: "x" }],
        [
          4,
          "question",
          {
            question_id: "r",
            kind: "choice",
            text: "Which?",
            options: [{ id: "a", label: "Rebase" }],
          },
        ],
      ]),
    );
    expect(text).toContain("asks for approval\n\n> Delete it?\n\n```\nrm -r dist\n```\n\n");
    expect(text).toContain("answer to “Delete it?”\n\nAnswered by the owner: Deny: Keep it\n\n");
    expect(text).toContain("question\n\n> Which?\n\n- Rebase\n\nWaiting for an answer\n\n");
    const open = sessionOf([[0, "question", { question_id: "r", kind: "text", text: "Who?" }]]);
    const head = { ...open.head, ended_at: "2026-11-22T12:00:00Z" };
    expect(report({ ...open, head })).toContain("question\n\n> Who?\n\nNot answered\n\n");
    expect(text.match(/Answered by/g)).toHaveLength(1);
  });

  test("a long output keeps its start and its end, and says so", () => {
    const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n}`).join("\n");
    const text = report(sessionOf([[0, "terminal", { stream: "stdout", text: lines }]]));
    expect(text).toContain("line 0\n");
    expect(text).toContain("… 880 lines left out …");
    expect(text).toContain("line 999\n");
    expect(text).not.toContain("line 500\n");
  });

  test.each(hostile)("%j is shown and stays inert", (content) => {
    const messages = [messageOf(1, 9, content, content.split("\n")[0])];
    const text = report(
      sessionOf(
        [
          [0, "task", { title: content, description: content }],
          [1, "thought", { thought_type: "decision", content }],
          [2, "code", { filename: content, action: "write", content, language: content }],
          [3, "terminal", { stream: "stdout", text: content, command: content }],
          [
            4,
            "error",
            { message: content, file: content, stack: content, recovery_strategy: content },
          ],
          [5, "milestone", { label: content, completed: true }],
        ],
        { messages },
      ),
    );
    expectHarmless(text);
  });

  test("any session makes a report without HTML, pictures or foreign headings", () => {
    fc.assert(
      fc.property(sessions, (session) => expectHarmless(report(session))),
      { numRuns: 100 },
    );
  });
});

function expectHarmless(text: string): void {
  for (const token of tokensOf(text)) {
    expect(["html", "image", "del", "em", "def", "table", "hr"]).not.toContain(token.type);
    if (token.type === "link") expect(token.href).toMatch(/^(https?:\/\/|mailto:)/);
    if (token.type === "heading") {
      expect(
        ["Goal", "Milestones", "What happened"].includes(token.text) || token.depth === 1,
      ).toBe(true);
    }
  }
  const fences = tokensOf(text).filter(({ type }) => type === "code");
  for (const fence of fences) expect(fence.raw).toMatch(/^`{3,}/);
}

describe("escapeText", () => {
  test("escapeText renders as it was written", () => {
    const word = fc.constantFrom(
      ..."*_`[]()<>!#+-=.1>~|\\&$a ".split(""),
      "&lt;",
      "http://x.y",
      "\n",
      "é",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (parts) => {
        const text = parts.join("");
        expect(rendered(escapeText(text))).toBe(wordsOf(text));
      }),
      { numRuns: 500 },
    );
  });
});

/** The text that a reader sees, with runs of white space as one space. */
function rendered(markdown: string): string {
  const leaves: string[] = [];
  const visit = (tokens: Token[]) => {
    for (const token of tokens) {
      const inner = (token as { tokens?: Token[] }).tokens;
      if (token.type === "br" || token.type === "space") leaves.push(" ");
      else if (inner && inner.length > 0) visit(inner);
      else leaves.push((token as { text?: string }).text ?? token.raw);
      if (token.type === "paragraph") leaves.push(" ");
    }
  };
  visit(new Lexer({ gfm: true }).lex(markdown));
  return wordsOf(leaves.join(""));
}

/** The words of a text without backticks, the only characters that may become formatting. */
const wordsOf = (text: string): string =>
  text
    .replaceAll("`", "")
    .replace(/[\s\u00a0]+/g, " ")
    .trim();

test("inline code stays code", () => {
  const text = "Use `a_b*c` and:\n```ts\nconst x = `<b>`;\n```\nThen _done_ ```.";
  expect(escapeText(text)).toBe(
    "Use `a_b*c` and:\n```ts\nconst x = `<b>`;\n```\nThen \\_done\\_ \\`\\`\\`.",
  );
  expect(escapeText("```\nnever closed <b>")).toBe("\\`\\`\\`\\\nnever closed \\<b\\>");
});

describe("fenced", () => {
  test("no text gets out of its fence", () => {
    const text = fc.array(fc.constantFrom("`", "```", "\n", "a", "~~~", " "), { maxLength: 30 });
    fc.assert(
      fc.property(text, (parts) => {
        const body = parts.join("");
        const [first, ...rest] = new Lexer().lex(`${fenced(body)}\n\nafter`);
        expect(first?.type).toBe("code");
        expect(rest.at(-1)).toMatchObject({ type: "paragraph", text: "after" });
        expect(rest.length).toBeLessThanOrEqual(2);
      }),
      { numRuns: 300 },
    );
  });
});
