import { deepEqual, equal, match, ok } from "node:assert/strict";
// @ts-types="./sax.d.ts"
import sax from "sax";
import { cardHeight, cardWidth, drawCard } from "./card.ts";
import { headOf } from "./testing.ts";
import { plainLine, textWidthEm, wrap } from "./text.ts";

/** The texts of the drawing, by a strict parser that throws at the first fault. */
function textsOf(svg: string): { elements: Set<string>; texts: string[] } {
  const parser = sax.parser(true);
  const elements = new Set<string>();
  const texts: string[] = [];
  let depth = 0;
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = ({ name }) => {
    elements.add(name);
    if (name === "text") depth = texts.push("");
  };
  parser.onclosetag = (name) => {
    if (name === "text") depth = 0;
  };
  parser.ontext = (text) => {
    if (depth > 0) texts[depth - 1] += text;
  };
  parser.write(svg).close();
  return { elements, texts };
}

const drawn = new Set(["svg", "title", "style", "rect", "text", "tspan"]);

Deno.test("drawCard shows agent, task, status and latest thought", () => {
  const { elements, texts } = textsOf(drawCard(headOf()));
  deepEqual(elements, drawn);
  deepEqual(texts, [
    "NO",
    "Night Owl",
    "night-owl",
    "●\u00a0\u00a0LIVE · thinking",
    "Fix the parser",
    "It loses the last line.",
    "3\u00a0thoughts\u00a0\u00a0\u00a0·\u00a0\u00a0\u00a01\u00a0change\u00a0\u00a0\u00a0·\u00a0\u00a0\u00a02\u00a0terminal\u00a0lines\u00a0\u00a0\u00a0·\u00a0\u00a0\u00a012\u00a0min",
    "Kulti",
  ]);
});

Deno.test("drawCard of a session that has ended says how it ended", () => {
  const endedAt = "2026-11-22T12:30:00Z";
  const { texts } = textsOf(drawCard(headOf({ live: false, status: "done", ended_at: endedAt })));
  ok(texts.includes("done"));
  match(texts.join(), /2\u00a0h\u00a030\u00a0min/);
});

Deno.test("drawCard without task and thought names the agent", () => {
  const { texts } = textsOf(drawCard(headOf({ task: null, latest: null })));
  ok(texts.includes("Night Owl on stage"));
});

const hostile = [
  `</text></svg><script>alert(1)</script>`,
  `"><image href="https://example.org/x.png" onload="alert(1)"/>`,
  "<![CDATA[ ]]> <!-- --> <?xml?> &amp; &nbsp; &#0; %entity;",
  "\u0000\u0008\u001b[31m\u007f\u0085\ufffe\uffff\ud800 \udc00",
  "\u202eesrever \u2066isolate\u2069",
];

Deno.test("drawCard of hostile text is well-formed and shows it as text", () => {
  for (const text of hostile) {
    const head = headOf({ agent_name: text, task: { title: text }, latest: text });
    const svg = drawCard(head);
    const { elements, texts } = textsOf(svg);
    for (const name of elements) ok(drawn.has(name), name);
    equal(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/.test(svg), false);
    const shown = texts.join(" ").replace(/[\s…]+/g, "");
    ok(shown.includes(plainLine(text).replace(/\s+/g, "").slice(0, 8)), text);
  }
});

Deno.test("drawCard aligns right-to-left text at the right", () => {
  const head = headOf({ task: { title: "إصلاح الخطأ" }, latest: "مرحبا بالعالم" });
  const lines = drawCard(head).match(/<text [^>]*direction="rtl"[^>]*>/g) ?? [];
  equal(lines.length, 2);
  match(lines[0] ?? "", /x="1128"/);
  match(lines[1] ?? "", /x="1100"/);
});

Deno.test("drawCard fits lines of any length into the picture", () => {
  const words = ["A task that goes on ", "x", "語", "🦉", "parse_config/", "Straße "];
  for (const word of words) {
    for (const times of [1, 3, 10, 30, 100, 500]) {
      const text = word.repeat(times);
      const svg = drawCard(headOf({ agent_name: text, task: { title: text }, latest: text }));
      const lines = [
        ...svg.matchAll(
          /<text x="(\d+)" y="(\d+)" class="(?:strong|soft)" font-size="(\d+)">([^<]*)</g,
        ),
      ];
      ok(lines.length >= 3, `${lines.length} lines`);
      for (const [, x, y, size, line = ""] of lines) {
        const width = textWidthEm(line) * Number(size);
        ok(Number(x) + width <= cardWidth - 60, `${line} is ${width} wide`);
        ok(Number(y) <= cardHeight - 40, `${line} stands at ${y}`);
      }
    }
  }
});

Deno.test("wrap breaks at spaces, between characters without them, and ends with …", () => {
  deepEqual(wrap("one two three", 6, 9), ["one two", "three"]);
  deepEqual(wrap("日本語の文章です", 4, 9), ["日本語の", "文章です"]);
  deepEqual(wrap("one two three four", 4.5, 2), ["one two", "three…"]);
  deepEqual(wrap("", 4, 2), []);
  ok(wrap("x".repeat(100), 10, 9).every((line) => textWidthEm(line) <= 10));
});
