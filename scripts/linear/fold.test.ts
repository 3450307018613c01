/** Folding a session is linear in its events and in their texts, whatever they are. */
import { expect, test } from "vitest";
import { extendChapters, noChapters } from "../../sdk/src/player/chapters.ts";
import { extendRows, noRows } from "../../sdk/src/player/mind.ts";
import type { CodeEdit, StoredEvent } from "../../supabase/functions/_shared/protocol/event.ts";
import { applyEdits } from "../../supabase/functions/_shared/protocol/fold/edits.ts";
import { emptyStage, fold } from "../../supabase/functions/_shared/protocol/fold/fold.ts";
import { growthOf, leastMs } from "./growth.ts";

const at = "2026-11-22T10:00:00.000Z";
const event = (seq: number, type: string, data: unknown) =>
  ({ seq, id: String(seq), type, at, data }) as StoredEvent;

const kinds: Record<string, (seq: number) => StoredEvent> = {
  "pieces of one thought": (seq) =>
    event(seq, "thought", { thought_type: "general", content: "piece ", stream_id: "a" }),
  "pieces of one prompt": (seq) =>
    event(seq, "thought", { thought_type: "prompt", content: "piece ", stream_id: "a" }),
  "thoughts, each with a stream": (seq) =>
    event(seq, "thought", { thought_type: "general", content: "a", stream_id: `stream ${seq}` }),
  "terminal output": (seq) => event(seq, "terminal", { stream: "stdout", text: "a" }),
  errors: (seq) => event(seq, "error", { message: "a" }),
  "milestones of one name": (seq) => event(seq, "milestone", { label: "a", completed: true }),
  milestones: (seq) => event(seq, "milestone", { label: `step ${seq}`, completed: true }),
  "versions of one file": (seq) =>
    event(seq, "code", { filename: "a", action: "write", content: "a" }),
  files: (seq) => event(seq, "code", { filename: `${seq}.ts`, action: "write", content: "a" }),
  "renamings of one file": (seq) =>
    event(seq, "code", { filename: `${seq}`, old_filename: `${seq - 1}`, action: "rename" }),
  "edits of an unseen file": (seq) =>
    event(seq, "code", {
      filename: "a",
      action: "edit",
      edits: [{ start: 1, removed: ["a"], added: ["b"] }],
    }),
};

function play(make: (seq: number) => StoredEvent, count: number): void {
  let [stage, chapters, rows] = [emptyStage, noChapters, noRows];
  for (let seq = 1; seq <= count; seq++) {
    const next = make(seq);
    const after = fold(stage, next);
    rows = extendRows(rows, stage, after);
    chapters = extendChapters(chapters, next, { stage: after } as never, seq);
    stage = after;
  }
}

test.each(Object.entries(kinds))(
  "100,000 %s fold in linear time",
  (_, make) => {
    const { growth, ms } = growthOf((count) => play(make, count), 100_000);
    expect(growth).toBeLessThan(9);
    expect(ms).toBeLessThan(4_000);
  },
  60_000,
);

const megabyte = (line: string) => line.repeat(Math.floor(1_048_576 / line.length));
const thousand = (edit: CodeEdit): CodeEdit[] => Array.from({ length: 1_000 }, () => edit);

const hostile: Record<string, [text: string, edits: CodeEdit[]]> = {
  "a replacement that nearly fits everywhere": [
    megabyte("a"),
    [{ old_text: `${"a".repeat(200_000)}b${"a".repeat(200_000)}`, new_text: "" }],
  ],
  "a thousand of them": [
    megabyte("a"),
    thousand({ old_text: `${"a".repeat(500)}b${"a".repeat(500)}`, new_text: "" }),
  ],
  "a thousand replacements": [megabyte("abc\n"), thousand({ old_text: "a", new_text: "ab" })],
  "a thousand hunks of equal lines that end in another": [
    megabyte("a\n"),
    thousand({ start: 200_000, removed: [...Array(300).fill("a"), "b"], added: ["c"] }),
  ],
  "a thousand hunks in a million lines": [
    megabyte("\n"),
    thousand({ start: 1, removed: [], added: ["b"] }),
  ],
};

test.each(Object.entries(hostile))(
  "applyEdits bounds %s",
  (_, [text, edits]) => {
    expect(leastMs(() => applyEdits(text, edits), 1_500)).toBeLessThan(1_500);
  },
  120_000,
);

test("applyEdits does a thousand edits of 100 KB and fifty of a megabyte", () => {
  const small = "a line of text\n".repeat(7_000);
  const edit = { old_text: "text\n", new_text: "words\n" };
  expect(applyEdits(small, thousand(edit)).unfit).toEqual([]);
  expect(applyEdits(megabyte("a line of text\n"), thousand(edit).slice(0, 50)).unfit).toEqual([]);
});

test("a batch of 500 edits of a megabyte folds within the time of copying it", () => {
  const write = event(1, "code", { filename: "a", action: "write", content: megabyte("abcdef\n") });
  const batch = () => {
    let stage = fold(emptyStage, write);
    for (let seq = 2; seq <= 500; seq++) {
      const edits = [{ old_text: "abcdef\nabcdef\n", new_text: `${seq}\n` }];
      stage = fold(stage, event(seq, "code", { filename: "a", action: "edit", edits }));
    }
    return stage;
  };
  expect(batch().files.get("a")?.content?.startsWith("2\n3\n")).toBe(true);
  expect(leastMs(batch, 4_000)).toBeLessThan(4_000);
}, 120_000);
