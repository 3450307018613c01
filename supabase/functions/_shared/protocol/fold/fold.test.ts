import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { storedEvents } from "../arbitrary.ts";
import type { CodeData, EventDataByType, EventType, StoredEvent } from "../event.ts";
import { endOf, endText } from "../events/question/view.ts";
import { emptyStage, fold, foldAll } from "./fold.ts";
import type { StageQuestion } from "./stage.ts";

const seen = (value: unknown) => JSON.parse(JSON.stringify(value));

function events<Type extends EventType>(type: Type, ...data: EventDataByType[Type][]) {
  return data.map((one, index) => {
    const at = `2026-11-22T10:00:0${index}.000Z`;
    return { seq: index + 1, id: `e${index}`, at, type, data: one } as unknown as StoredEvent;
  });
}

const staged = <Type extends EventType>(type: Type, ...data: EventDataByType[Type][]) =>
  foldAll(emptyStage, events(type, ...data));

const fileAfter = (name: string, ...data: CodeData[]) => staged("code", ...data).files.get(name);

describe("fold, any events", () => {
  test("of a prefix and then the rest equals fold of all, and does not change the earlier stage", () => {
    fc.assert(
      fc.property(storedEvents, fc.nat(), (all, cut) => {
        const at = all.length === 0 ? 0 : cut % all.length;
        const prefix = foldAll(emptyStage, all.slice(0, at));
        const before = seen(prefix);
        const whole = seen(foldAll(emptyStage, all));
        expect(seen(foldAll(prefix, all.slice(at)))).toEqual(whole);
        expect(seen(prefix)).toEqual(before);
      }),
    );
  });

  test("in any order neither throws nor goes back in seq or time", () => {
    fc.assert(
      fc.property(
        storedEvents.chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
        (shuffled) => {
          let stage = emptyStage;
          for (const event of shuffled) {
            const next = fold(stage, event);
            if (event.seq <= stage.seq) expect(next).toBe(stage);
            else expect(next.seq).toBe(event.seq);
            expect(Date.parse(next.at ?? "")).toBeGreaterThanOrEqual(
              Date.parse(stage.at ?? "1970-01-01"),
            );
            stage = next;
          }
        },
      ),
    );
  });

  test("of the same events twice changes nothing more", () => {
    fc.assert(
      fc.property(storedEvents, (all) => {
        const once = foldAll(emptyStage, all);
        expect(foldAll(once, all)).toBe(once);
      }),
    );
  });

  test("keeps a file's content equal to its writes and whole-content edits", () => {
    fc.assert(
      fc.property(storedEvents, (all) => {
        const stage = foldAll(emptyStage, all);
        const last = all.findLast(({ type }) => type === "code");
        if (last?.type !== "code" || last.data.content === undefined) return;
        expect(stage.files.get(last.data.filename)).toMatchObject({
          content: last.data.content,
          deleted: false,
          patches: expect.objectContaining({ length: 0 }),
        });
      }),
    );
  });

  test("100,000 events, of which edits of 5,000 files, take less than two seconds", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => {
      const filename = `src/${index % 5_000}.ts`;
      const data = { filename, action: "write", content: `line ${index}\n` };
      return { seq: index + 1, id: `${index}`, at: "2026-11-22T10:00:00Z", type: "code", data };
    }) as StoredEvent[];
    const fromMs = process.cpuUsage().user / 1000;
    expect(foldAll(emptyStage, many).files.length).toBe(5_000);
    expect(process.cpuUsage().user / 1000 - fromMs).toBeLessThan(2_000);
  });
});

describe("fold of thoughts", () => {
  test("appends events of one stream_id to one thought until done", () => {
    const say = (content: string, more = {}) => ({
      thought_type: "reasoning" as const,
      content,
      stream_id: "s",
      ...more,
    });
    const [first, second, last] = events(
      "thought",
      say("Let ", { metadata: { tool: "a" } }),
      say("me", { metadata: { file: "b" }, priority: "headline" }),
      say(" see.", { done: true }),
    ) as [StoredEvent, StoredEvent, StoredEvent];
    const open = foldAll(emptyStage, [first, second]);
    expect(seen(open.thoughts)).toMatchObject([{ seq: 1, content: "Let me", done: false }]);
    expect(seen(fold(open, last).thoughts)).toMatchObject([
      {
        content: "Let me see.",
        done: true,
        priority: "headline",
        metadata: { tool: "a", file: "b" },
      },
    ]);
  });

  test("a late piece of a finished stream is appended, and the thought stays finished", () => {
    const part = { thought_type: "general" as const, stream_id: "s" };
    const stage = staged(
      "thought",
      { ...part, content: "a", done: true },
      { ...part, content: "b" },
    );
    expect(seen(stage.thoughts)).toMatchObject([{ content: "ab", done: true }]);
  });

  test("a thought without a stream_id is complete, with priority working", () => {
    const stage = staged(
      "thought",
      { thought_type: "general", content: "a" },
      { thought_type: "general", content: "b" },
    );
    expect(seen(stage.thoughts)).toMatchObject([
      { content: "a", done: true, priority: "working", stream_id: null },
      { content: "b" },
    ]);
  });
});

describe("fold of code", () => {
  const write = (content: string, filename = "a.ts"): CodeData => ({
    filename,
    action: "write",
    content,
  });
  const edit = (...edits: NonNullable<CodeData["edits"]>): CodeData => ({
    filename: "a.ts",
    action: "edit",
    edits,
  });
  const gone: CodeData = { filename: "a.ts", action: "delete" };
  const move = (oldFilename: string, filename: string): CodeData => ({
    filename,
    old_filename: oldFilename,
    action: "rename",
  });

  test("write, then a replacement", () => {
    const file = fileAfter("a.ts", write("let a = 1;\n"), edit({ old_text: "1", new_text: "2" }));
    expect(file).toMatchObject({
      content: "let a = 2;\n",
      previous_content: "let a = 1;\n",
      version: 2,
      last_action: "edit",
    });
  });

  test("an edit that does not apply keeps the content and is recorded until the next whole content", () => {
    const lost = edit({ old_text: "nowhere", new_text: "x" });
    const file = fileAfter("a.ts", write("one"), lost);
    expect(seen(file)).toMatchObject({ content: "one", patches: lost.edits });
    expect(seen(fileAfter("a.ts", write("one"), lost, write("two")))?.patches).toEqual([]);
  });

  test("an edit of an unknown file is kept as a patch", () => {
    const change = edit({ old_text: "a", new_text: "b" });
    expect(seen(fileAfter("a.ts", change, change))).toMatchObject({
      content: null,
      previous_content: null,
      patches: [...(change.edits ?? []), ...(change.edits ?? [])],
    });
  });

  test("an empty old_text on an unknown file is the content of a new one", () => {
    expect(fileAfter("a.ts", edit({ old_text: "", new_text: "hello" }))?.content).toBe("hello");
  });

  test("delete keeps the file's last content as previous_content", () => {
    expect(fileAfter("a.ts", write("one"), gone)).toMatchObject({
      content: null,
      previous_content: "one",
      deleted: true,
    });
  });

  test("an edit of a deleted file applies to its last content and restores it", () => {
    const file = fileAfter("a.ts", write("one"), gone, edit({ old_text: "one", new_text: "two" }));
    expect(file).toMatchObject({ content: "two", deleted: false });
  });

  test("rename keeps content, history and position, also onto an existing name", () => {
    const stage = staged(
      "code",
      write("one"),
      write("two", "b.ts"),
      write("3", "c.ts"),
      move("a.ts", "b.ts"),
    );
    expect([...stage.files].map(([name]) => name)).toEqual(["b.ts", "c.ts"]);
    expect(stage.files.get("b.ts")).toMatchObject({
      content: "one",
      renamed_from: "a.ts",
      version: 2,
    });
    expect(stage.active_file).toBe("b.ts");
  });

  test("rename of an unknown file makes one of unknown content", () => {
    expect(fileAfter("b.ts", move("a.ts", "b.ts"))).toMatchObject({
      content: null,
      renamed_from: "a.ts",
    });
  });

  test.each(["__proto__", "constructor", "hasOwnProperty"])(
    "%s is a filename like any other",
    (name) => {
      const stage = staged("code", write("one", name), write("two", "b.ts"));
      expect(stage.files.get(name)?.content).toBe("one");
      expect(Object.entries(JSON.parse(JSON.stringify(stage.files)))).toHaveLength(2);
    },
  );
});

describe("fold of questions", () => {
  const ask = (id: string, text = "Go on?"): StoredEvent["data"] => ({
    question_id: id,
    kind: "approval",
    text,
  });
  const mixed = (...given: [EventType, unknown][]) =>
    foldAll(
      emptyStage,
      given.map(([type, data], index) => {
        const at = `2026-11-22T10:00:0${index}.000Z`;
        return { seq: index + 1, id: `e${index}`, at, type, data } as unknown as StoredEvent;
      }),
    );

  test("are open until their first answer, which stays", () => {
    const stage = mixed(
      ["question", ask("a")],
      ["question", ask("b")],
      ["answer", { question_id: "a", by: "viewers", option: "approve" }],
      ["answer", { question_id: "a", by: "timeout" }],
    );
    const answer = { seq: 3, by: "viewers", option: "approve", text: null };
    expect(seen(stage.questions)).toMatchObject([
      { seq: 1, question_id: "a", answer },
      { seq: 2, question_id: "b", answer: null },
    ]);
  });

  test("an answer to a question that was never asked changes nothing but the place and the time", () => {
    const answered = mixed(["answer", { question_id: "__proto__", by: "owner", option: "x" }]);
    expect(seen(answered)).toEqual({
      ...seen(emptyStage),
      seq: 1,
      at: answered.at,
      started_at: answered.at,
      status: "live",
    });
    const early = mixed(
      ["answer", { question_id: "a", by: "owner", option: "x" }],
      ["question", ask("a")],
    );
    expect(seen(early.questions)).toMatchObject([{ question_id: "a", answer: null }]);
  });

  test("asked again under its id stays as it was", () => {
    const stage = mixed(["question", ask("a", "First?")], ["question", ask("a", "Second?")]);
    expect(seen(stage.questions)).toMatchObject([{ text: "First?", seq: 1 }]);
  });

  test("endOf says the option's label, the words, or that nobody answered", () => {
    const told = (answer: object) => {
      const { questions } = mixed(
        ["question", ask("a")],
        ["answer", { question_id: "a", by: "owner", ...answer }],
      );
      return endText(endOf(questions.get(0) as StageQuestion, false, 0));
    };
    expect(told({ option: "approve" })).toBe("Answered by the owner: Approve");
    expect(told({ option: "deny", text: "Not on a Friday" })).toBe(
      "Answered by the owner: Deny: Not on a Friday",
    );
    expect(told({ option: "perhaps" })).toBe("Answered by the owner: perhaps");
    expect(told({ by: "timeout" })).toBe("Not answered in time");
    expect(told({ by: "timeout", option: "deny" })).toBe(
      "Not answered in time, default taken: Deny",
    );
  });

  test("endOf of a question without an answer depends on the session and the time", () => {
    const told = (data: object, isOver: boolean, now = "2026-11-22T11:00:00Z") => {
      const question = mixed(["question", { ...ask("a"), ...data }]).questions.get(0);
      return endText(endOf(question as StageQuestion, isOver, Date.parse(now)));
    };
    const expiring = { expires_at: "2026-11-22T11:00:00Z" };
    expect(told({}, false)).toBe("Waiting for an answer");
    expect(told({}, true)).toBe("Not answered");
    expect(told(expiring, false, "2026-11-22T10:59:59Z")).toBe("Waiting for an answer");
    expect(told(expiring, false)).toBe("Not answered in time");
    expect(told({ ...expiring, default: "deny" }, true)).toBe(
      "Not answered in time, default taken: Deny",
    );
  });
});

describe("fold of the rest", () => {
  test("a milestone of the same label is updated in its place", () => {
    const stage = staged(
      "milestone",
      { label: "Tests", completed: false },
      { label: "Ship", completed: false },
      { label: "Tests", completed: true },
    );
    expect(stage.milestones.values()).toEqual([
      { label: "Tests", completed: true },
      { label: "Ship", completed: false },
    ]);
  });

  test("usage is summed, and the last model stays", () => {
    const stage = staged(
      "usage",
      { model: "m", input_tokens: 3 },
      { input_tokens: 4, cost_usd: 0.5 },
    );
    expect(stage.usage).toEqual({ input_tokens: 7, output_tokens: 0, cost_usd: 0.5, model: "m" });
  });

  test("times are compared as instants, with any offset", () => {
    const [one, two] = events("status", { status: "live" }, { status: "done" }) as [
      StoredEvent,
      StoredEvent,
    ];
    const stage = foldAll(emptyStage, [
      { ...one, at: "2026-11-22T10:00:00Z" },
      { ...two, at: "2026-11-22T10:30:00+01:00" },
    ]);
    expect(stage).toMatchObject({ at: "2026-11-22T10:00:00Z", status: "done" });
  });

  test("an event type of a later contract takes its seq and changes nothing else", () => {
    const later = { seq: 1, id: "x", at: "2026-11-22T10:00:00Z", type: "dance", data: {} };
    expect(fold(emptyStage, later as unknown as StoredEvent)).toMatchObject({
      seq: 1,
      thoughts: emptyStage.thoughts,
    });
  });

  test("an agent that never says its status is live with its first event", () => {
    const thought: EventDataByType["thought"] = { thought_type: "general", content: "…" };
    expect(staged("thought", thought).status).toBe("live");
    expect(staged("status", { status: "starting" }).status).toBe("starting");
    const [starting] = events("status", { status: "starting" });
    const [, then] = events("thought", thought, thought);
    expect(foldAll(emptyStage, [starting, then] as StoredEvent[]).status).toBe("live");
    const [paused] = events("status", { status: "paused" });
    expect(foldAll(emptyStage, [paused, then] as StoredEvent[]).status).toBe("paused");
  });
});
