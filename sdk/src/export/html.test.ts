import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { messageOf, sessionOf } from "../../test/session.ts";
import { exportHtml } from "./html.ts";
import { loadPageCode } from "./load-page-code.ts";

const hostile = `</script><script>alert(1)</script><!--<script>\u2028`;
const session = sessionOf(
  [
    [0, "task", { title: hostile }],
    [1, "thought", { thought_type: "general", content: hostile }],
  ],
  { head: { agent_name: hostile }, messages: [messageOf(1, 2, hostile, hostile)] },
);

// e2e/export.test.ts tests the file in a browser.
describe("exportHtml", () => {
  test("carries the session as data that ends no element", async () => {
    const html = [...exportHtml(session, await loadPageCode())].join("");
    const [, data = ""] =
      /<script type="application\/json" id="session">(.*?)<\/script>/s.exec(html) ?? [];
    expect(JSON.parse(data)).toEqual({ ...session, head: { ...session.head, topic: "" } });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<!--/g)).toHaveLength(1);
  });

  test("allows its own script and style and nothing else", async () => {
    const code = await loadPageCode();
    const html = [...exportHtml(session, code)].join("");
    const sha = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
    const [, script = ""] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
    const [, style = ""] = /<style>(.*?)<\/style>/s.exec(html) ?? [];
    expect(html).toContain(
      `content="default-src 'none'; script-src '${sha(script)}'; style-src '${sha(style)}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/\b(src|href)=/);
  });

  test("script and style stay under 84 KB", async () => {
    const { script, style } = await loadPageCode();
    expect(Buffer.byteLength(script + style)).toBeLessThan(84_000);
  });
});
