import { deepEqual, equal, match, ok } from "node:assert/strict";
// @ts-types="./sax.d.ts"
import sax from "sax";
import { card_height, card_width, draw_card } from "./card.ts";
import { head_of } from "./testing.ts";
import { plain_line, text_width_em, wrap } from "./text.ts";

/** The texts of the drawing, by a strict parser that throws at the first fault. */
function texts_of(svg: string): { elements: Set<string>; texts: string[] } {
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

Deno.test("draw_card says who, what, how it goes and what it thinks", () => {
  const { elements, texts } = texts_of(draw_card(head_of()));
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

Deno.test("draw_card of a session that has ended says how it ended", () => {
  const ended_at = "2026-11-22T12:30:00Z";
  const { texts } = texts_of(draw_card(head_of({ live: false, status: "done", ended_at })));
  ok(texts.includes("done"));
  match(texts.join(), /2\u00a0h\u00a030\u00a0min/);
});

Deno.test("draw_card without task and thought names the agent", () => {
  const { texts } = texts_of(draw_card(head_of({ task: null, latest: null })));
  ok(texts.includes("Night Owl on stage"));
});

const hostile = [
  `</text></svg><script>alert(1)</script>`,
  `"><image href="https://example.org/x.png" onload="alert(1)"/>`,
  "<![CDATA[ ]]> <!-- --> <?xml?> &amp; &nbsp; &#0; %entity;",
  "\u0000\u0008\u001b[31m\u007f\u0085\ufffe\uffff\ud800 \udc00",
  "\u202eesrever \u2066isolate\u2069",
];

Deno.test("draw_card of hostile text is well-formed and shows it as text", () => {
  for (const text of hostile) {
    const head = head_of({ agent_name: text, task: { title: text }, latest: text });
    const svg = draw_card(head);
    const { elements, texts } = texts_of(svg);
    for (const name of elements) ok(drawn.has(name), name);
    equal(/[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/.test(svg), false);
    const shown = texts.join(" ").replace(/[\s…]+/g, "");
    ok(shown.includes(plain_line(text).replace(/\s+/g, "").slice(0, 8)), text);
  }
});

Deno.test("draw_card begins right-to-left text at the right", () => {
  const head = head_of({ task: { title: "إصلاح الخطأ" }, latest: "مرحبا بالعالم" });
  const lines = draw_card(head).match(/<text [^>]*direction="rtl"[^>]*>/g) ?? [];
  equal(lines.length, 2);
  match(lines[0] ?? "", /x="1128"/);
  match(lines[1] ?? "", /x="1100"/);
});

Deno.test("whatever the length, the lines fit the picture", () => {
  const words = ["A task that goes on ", "x", "語", "🦉", "parse_config/", "Straße "];
  for (const word of words) {
    for (const times of [1, 3, 10, 30, 100, 500]) {
      const text = word.repeat(times);
      const svg = draw_card(head_of({ agent_name: text, task: { title: text }, latest: text }));
      for (const [, x, y, size, line = ""] of svg.matchAll(
        /<text x="(\d+)" y="(\d+)" class="(?:strong|soft)" font-size="(\d+)">([^<]*)</g,
      )) {
        const width = text_width_em(line) * Number(size);
        ok(Number(x) + width <= card_width - 60, `${line} is ${width} wide`);
        ok(Number(y) <= card_height - 40, `${line} stands at ${y}`);
      }
    }
  }
});

Deno.test("wrap breaks at spaces, between characters without them, and ends with …", () => {
  deepEqual(wrap("one two three", 6, 9), ["one two", "three"]);
  deepEqual(wrap("日本語の文章です", 4, 9), ["日本語の", "文章です"]);
  deepEqual(wrap("one two three four", 4.5, 2), ["one two", "three…"]);
  deepEqual(wrap("", 4, 2), []);
  ok(wrap("x".repeat(100), 10, 9).every((line) => text_width_em(line) <= 10));
});
