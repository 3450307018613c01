import fc from "fast-check";
import { expect, test } from "vitest";
import { agentEvent } from "../arbitrary.ts";
import type { AgentEvent, CodeEdit } from "../event.ts";
import { applyEdits } from "../fold/edits.ts";
import { parseLegacy } from "../legacy/legacy.ts";
import { limits } from "../limits.ts";
import { parseIngest } from "../schema.ts";
import { leaks, makeSamples } from "./corpus.ts";
import { redactEvents } from "./events.ts";
import { redact, redacted } from "./redact.ts";

const random = "a8Fk29dLq0PzXw7TbN3mYc5RvH1sJe6G";
const token = `ghp_${random}abcd`;
const mark = redacted("github-token");
let number = 0;
const event = <Type extends AgentEvent["type"]>(
  type: Type,
  data: Extract<AgentEvent, { type: Type }>["data"],
) => ({ id: `e${number++}`, at: "2026-11-22T10:00:00.000Z", type, data }) as AgentEvent;

test("every text of every type of event", () => {
  const events = [
    event("thought", {
      thought_type: "general",
      content: token,
      metadata: {
        file: token,
        options: [token],
        deep: { list: [{ x: token }] },
        password: "hunter2",
        [token]: 1,
        nested: [{ [`${token}1`]: 2, [`${token}2`]: 3 }],
      },
    }),
    event("code", { filename: token, action: "write", content: token }),
    event("code", {
      filename: "a",
      action: "edit",
      edits: [
        { old_text: token, new_text: token },
        { start: 1, removed: [token], added: [token, token] },
      ],
    }),
    event("terminal", { stream: "stdout", text: token, command: `x ${token}` }),
    event("task", { title: token, description: token }),
    event("goal", { title: token, description: token }),
    event("milestone", { label: token, completed: true }),
    event("error", { message: token, file: token, stack: token, recovery_strategy: token }),
    event("preview", { url: `https://ada:hunter2@x.example/?k=${token}` }),
    event("usage", { model: token }),
  ];
  const shown = redactEvents(events);
  const json = JSON.stringify(shown.events);
  expect(json).not.toContain(token.slice(8, 16));
  expect(json).not.toContain("hunter2");
  expect(shown.redacted).toBe(29);
  expect(shown.events.map(({ id, at, type }) => ({ id, at, type }))).toEqual(
    events.map(({ id, at, type }) => ({ id, at, type })),
  );
  expect(parseIngest({ agent_id: "a-b", events: shown.events }).events).toEqual(shown.events);
  expect(shown.events[0]?.data).toMatchObject({
    metadata: { [mark]: 1, nested: [{ [mark]: 2, [`${mark} 2`]: 3 }] },
  });
  expect(shown.events[8]?.data).toEqual({ url: `https://x.example/?k=${mark}` });
});

test("nothing to take out: the very same events", () => {
  fc.assert(
    fc.property(fc.array(agentEvent), (events) => {
      const shown = redactEvents(events);
      expect(shown.redacted).toBe(0);
      for (const [index, one] of shown.events.entries()) expect(one).toBe(events[index]);
    }),
  );
});

test("a secret that two events of one text share is gone from both, wherever it is cut", () => {
  const pieces = (type: "terminal" | "thought", text: string, cut: number): AgentEvent[] =>
    [text.slice(0, cut), text.slice(cut)].map((piece) =>
      type === "terminal"
        ? event("terminal", { stream: "stdout", text: piece })
        : event("thought", { thought_type: "general", content: piece, stream_id: "s" }),
    );
  for (const sample of makeSamples(3, 1)) {
    const whole = redact(sample.text);
    for (const type of ["terminal", "thought"] as const) {
      for (let cut = 1; cut < sample.text.length; cut += 1 + Math.floor(sample.text.length / 60)) {
        const { events } = redactEvents(pieces(type, sample.text, cut));
        const shown = events.map(({ data }) =>
          "text" in data ? data.text : "content" in data ? data.content : "",
        );
        expect(leaks(sample, shown.join(""))).toBe(false);
        expect(shown.join("")).toBe(whole);
      }
    }
  }
});

test("texts that don't belong together are read apart", () => {
  const { events, redacted: count } = redactEvents([
    event("terminal", { stream: "stdout", text: token.slice(0, 20) }),
    event("terminal", { stream: "stderr", text: token.slice(20) }),
    event("terminal", { stream: "stdout", text: token.slice(20), command: "ls" }),
  ]);
  expect(count).toBe(0);
  expect(events).toHaveLength(3);
});

test("edits still fit the file that was redacted", () => {
  const before = `# settings\nDB_PASSWORD=hunter2\nTOKEN=${token}\nPORT=1\n`;
  const edits: CodeEdit[] = [
    { old_text: "DB_PASSWORD=hunter2\n", new_text: "DB_PASSWORD=hunter3\n" },
    { start: 3, removed: [`TOKEN=${token}`, "PORT=1"], added: [`TOKEN=${token}`, "PORT=2"] },
  ];
  const { events } = redactEvents([
    event("code", { filename: ".env", action: "write", content: before }),
    event("code", { filename: ".env", action: "edit", edits }),
  ]);
  const [written, edited] = events.map(
    ({ data }) => data as { content?: string; edits?: CodeEdit[] },
  );
  const { text, unfit } = applyEdits(written?.content ?? "", edited?.edits ?? []);
  expect(unfit).toEqual([]);
  expect(text).toBe(redact(applyEdits(before, edits).text));
});

test("a batch that is sent again gives the same", () => {
  const events = [event("terminal", { stream: "stdout", text: `${token}\nDB_PASSWORD=hunter2\n` })];
  expect(redactEvents(events)).toEqual(redactEvents(events));
});

test("no text grows over its limit", () => {
  const short = "PGPASSWORD=abcd1\n";
  const fill = (limit: number): string => short.repeat(limit / short.length);
  const events = [
    event("thought", {
      thought_type: "general",
      content: fill(limits.thought_content_bytes),
      metadata: { x: fill(limits.metadata_bytes / 2) },
    }),
    event("terminal", { stream: "stdout", text: fill(limits.terminal_text_bytes) }),
    event("code", { filename: "a", action: "write", content: fill(limits.code_content_bytes) }),
    event("code", {
      filename: "a",
      action: "edit",
      edits: [{ old_text: "", new_text: short.repeat(50_000) }],
    }),
    event("milestone", { label: fill(limits.label_bytes), completed: true }),
  ];
  const shown = redactEvents(events);
  expect(JSON.stringify(shown.events)).not.toContain("abcd1");
  expect(() => parseIngest({ agent_id: "a-b", events: shown.events })).not.toThrow();
});

test("what the original's clients send", () => {
  const { events } = parseLegacy({
    agentId: "ada",
    thought: { content: `I use ${token}`, metadata: { chosen: token } },
    terminal: [{ type: "output", content: `${token}\n` }],
    code: { filename: ".env", action: "write", content: `DB_PASSWORD=hunter2\nTOKEN=${token}\n` },
    error: { message: token },
  });
  expect(events.length).toBe(4);
  const json = JSON.stringify(redactEvents(events).events);
  expect(json).not.toContain(token.slice(8, 16));
  expect(json).not.toContain("hunter2");
});
