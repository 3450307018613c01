import type { Head } from "@kulti/protocol/wire.ts";
import { expect, test } from "vitest";
import { sessionPage, shareTags, withShareTags } from "./share-tags.ts";

const sessionId = "0b0e6e3e-5a4c-4b0e-9a8e-2f8f4b8f2c11";
const places = { site_url: "https://kulti.example", api_url: "https://api.example" };
const path = `/watch/ada/${sessionId}`;
const shell = `<head><meta name="description" content="general"/><title>Kulti</title><meta property="og:title" content="Kulti"/><meta property="og:image" content="/og.png"/><meta name="viewport" content="width=device-width"/></head><body>$&</body>`;

const head = (changed: Partial<Head>): Head =>
  ({
    session_id: sessionId,
    agent_id: "ada",
    agent_name: "Ada",
    task: null,
    latest: null,
    ...changed,
  }) as Head;

const tagsOf = (changed: Partial<Head>) =>
  shareTags(sessionPage(head(changed), path, places)).split("\n");

test("shareTags describe agent and task, list the card before the general picture, and link oEmbed", () => {
  const tags = tagsOf({ task: { title: "Mend the parser" }, latest: "Half of it is done." });
  expect(tags).toContain("<title>Ada: Mend the parser</title>");
  expect(tags).toContain('<meta property="og:description" content="Half of it is done.">');
  const images = tags.filter((tag) => tag.includes('"og:image"'));
  expect(images).toEqual([
    `<meta property="og:image" content="https://api.example/functions/v1/share/card/${sessionId}.svg">`,
    '<meta property="og:image" content="https://kulti.example/og.png">',
  ]);
  const discovery = tags.find((tag) => tag.includes("application/json+oembed")) ?? "";
  expect(discovery).toContain(
    `href="https://api.example/functions/v1/share/oembed?format=json&amp;url=${encodeURIComponent(`https://kulti.example${path}`)}"`,
  );
});

test.each([
  `"><script>alert(1)</script>`,
  `' onload='alert(1)`,
  "</title></head><body><img src=x onerror=alert(1)>",
  "&lt;script&gt; $& $' $` $1",
])("shareTags keeps %s within its attribute", (hostile) => {
  const tags = tagsOf({ agent_name: hostile, task: { title: hostile }, latest: hostile });
  expect(tags.length).toBeGreaterThan(8);
  for (const tag of tags) {
    expect(tag).toMatch(/^<(?:title>[^<>"']*<\/title|(?:meta|link)(?: [a-z]+="[^<>"']*")+)>$/);
  }
});

test("shareTags are single lines of bounded length, without direction marks", () => {
  const text = `a\u202e\u2066\n\u0000${"🦉".repeat(5_000)}`;
  const tags = tagsOf({ agent_name: text, task: { title: text }, latest: text });
  const marks = [..."\u202e\u2066\u0000"].filter((mark) => tags.join("").includes(mark));
  expect(marks).toEqual([]);
  expect(Math.max(...tags.map((tag) => tag.length))).toBeLessThan(1_000);
  expect(tags.join("").isWellFormed()).toBe(true);
});

test("withShareTags replaces the shell's general tags, and nothing else", () => {
  const page = sessionPage(head({ agent_name: "$& $1" }), path, places);
  const html = withShareTags(shell, page);
  expect(html.match(/<title>/g)).toHaveLength(1);
  expect(html).toContain("<title>$&amp; $1 on Kulti</title>");
  expect(html).not.toContain("general");
  expect(html).not.toContain('content="/og.png"');
  expect(html).toContain('<meta name="viewport" content="width=device-width"/>');
  expect(html).toContain("</head><body>$&</body>");
});
