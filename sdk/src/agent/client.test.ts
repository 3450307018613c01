import { limits } from "@kulti/protocol/limits.ts";
import { describe, expect, test } from "vitest";
import { numbers, testAgents } from "../../test/agents.ts";
import { sessionId } from "../../test/server.ts";
import { createAgent } from "./client.ts";

const run = testAgents();
const { start, contents } = run;

describe("delivery", () => {
  test("a wait without an end and an address that is a URL are taken", async () => {
    const agent = start({ server: new URL(run.server.url) as unknown as string });
    agent.think("kept");
    expect(await agent.close({ timeoutMs: Number.POSITIVE_INFINITY })).toEqual({
      drained: true,
      pending: 0,
    });
    expect(contents()).toEqual(["kept"]);
    expect(run.problems).toEqual([]);
  });

  test("every verb arrives as its event, in order, with the key", async () => {
    const agent = start({ session: "continue" });
    agent.status("working");
    agent.task("A task", "More of it");
    agent.goal("A goal");
    agent.think("g");
    agent.reason("r", { priority: "detail", metadata: { file: "a.ts" } });
    agent.decide("d");
    agent.observe("o");
    agent.evaluate("e");
    agent.context("c");
    agent.tool("t");
    agent.prompt("p");
    agent.code("a.ts", "1", { language: "typescript" });
    agent.edit("a.ts", [{ old_text: "1", new_text: "2" }]);
    agent.renameFile("a.ts", "b.ts");
    agent.deleteFile("b.ts");
    agent.command("ls");
    agent.terminal("b.ts\n", { exitCode: 0 });
    agent.milestone("M");
    agent.error(new Error("boom"), { file: "a.ts", line: 3 });
    agent.preview("https://example.com/");
    agent.usage({ model: "m", input_tokens: 1, output_tokens: 2, cost_usd: 0.1 });
    const id = agent.question({ kind: "approval", text: "Deploy?", detail: "make deploy" });
    agent.answer({ question_id: id, by: "local", option: "approve" });
    await agent.flush();

    const types = run.server.events.map((event) =>
      event.type === "thought" ? event.data.thought_type : event.type,
    );
    expect(types).toEqual([
      ...["status", "task", "goal", "general", "reasoning", "decision", "observation"],
      ...["evaluation", "context", "tool", "prompt", "code", "code", "code", "code"],
      ...["terminal", "terminal", "milestone", "error", "preview", "usage"],
      ...["question", "answer"],
    ]);
    expect(run.server.events.slice(-2).map(({ data }) => data)).toEqual([
      { question_id: id, kind: "approval", text: "Deploy?", detail: "make deploy" },
      { question_id: id, by: "local", option: "approve" },
    ]);
    expect(run.server.events[4]?.data).toEqual({
      thought_type: "reasoning",
      content: "r",
      priority: "detail",
      metadata: { file: "a.ts" },
    });
    expect(run.server.events[13]?.data).toEqual({
      action: "rename",
      old_filename: "a.ts",
      filename: "b.ts",
    });
    expect(run.server.requests[0]?.headers.authorization).toBe("Bearer klt_test");
    expect(agent.sessionId).toBe(sessionId);
    expect(agent.pending).toBe(0);
    expect(run.problems).toEqual([]);
  });

  test("invariant 3: through every fault nothing is lost or doubled, and the order holds", async () => {
    const agent = start({ maxBatchEvents: 20, timeoutMs: 100 });
    run.server.faults.push(
      { kind: "drop_after_commit" },
      { kind: "drop_before_commit" },
      { kind: "status", status: 500 },
      { kind: "half_answer" },
      { kind: "status", status: 429, headers: { "retry-after": "0" } },
      { kind: "slow", waitMs: 300 },
      { kind: "drop_after_commit" },
      { kind: "status", status: 503, headers: { "retry-after": "0.01" } },
      { kind: "status", status: 200, body: "<html>", headers: { "content-type": "text/html" } },
    );
    const sent = numbers(200);
    for (const [index, content] of sent.entries()) {
      agent.think(content);
      if (index % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await agent.flush();
    expect(contents()).toEqual(sent);
    expect(run.server.duplicates).toBeGreaterThan(0);
    expect(run.server.faults).toEqual([]);
  });

  test("Retry-After is obeyed", async () => {
    const agent = start();
    run.server.faults.push({ kind: "status", status: 429, headers: { "retry-after": "0.3" } });
    agent.think("patient");
    await agent.flush();
    const [first, second] = run.server.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(290);
  });

  const tooMany = (code: string): { kind: "status"; status: number; body: unknown } => {
    const message = `Cannot take the batch: ${code}.`;
    return { kind: "status", status: 429, body: { error: { code, message } } };
  };

  test("flush with a timeout reports how many events are left and why; close drops them", async () => {
    const agent = start();
    run.server.judge = () => tooMany("rate_limited");
    for (const content of numbers(5)) agent.think(content);
    expect(await agent.drain({ timeoutMs: 200 })).toEqual({ drained: false, pending: 5 });
    const refused = { status: 429, errorCode: "rate_limited" };
    const why = "it answered 429: Cannot take the batch: rate_limited.";
    expect(run.problems.map(({ message }) => message)).toEqual([
      `The server accepts no events for now: ${why} They are queued until it does.`,
      `The wait ends with 5 event(s) unsent, which are still tried: ${why}`,
    ]);
    expect(run.problems).toMatchObject([
      { code: "held_back", dropped: 0, ...refused },
      { code: "unsent", dropped: 0, ...refused },
    ]);
    expect(await agent.close({ timeoutMs: 50 })).toEqual({ drained: false, pending: 5 });
    expect(run.problems).toHaveLength(3);
    expect(run.problems[2]).toMatchObject({ code: "unsent", dropped: 5, ...refused });
  });

  test("a quota is reported at once, a lasting refusal once, and again after it has passed", async () => {
    const agent = start();
    const heldBack = (): string[] =>
      run.problems.flatMap(({ code, errorCode = "" }) => (code === "held_back" ? [errorCode] : []));
    for (const code of ["quota_exceeded", "rate_limited"]) {
      const times = code === "quota_exceeded" ? 1 : 12;
      run.server.faults.push(...Array.from({ length: times }, () => tooMany(code)));
      agent.think(code);
      await agent.flush();
    }
    expect(heldBack()).toEqual(["quota_exceeded", "rate_limited"]);
    run.server.faults.push(tooMany("rate_limited"), tooMany("rate_limited"));
    agent.think("a short one is not told");
    await agent.flush();
    expect(heldBack()).toHaveLength(2);
    for (const content of ["again", "once more"]) {
      run.server.faults.push(tooMany("quota_exceeded"));
      agent.think(content);
      await agent.flush();
    }
    expect(heldBack().slice(2)).toEqual(["quota_exceeded", "quota_exceeded"]);
    expect((await agent.close()).drained).toBe(true);
    expect(run.problems).toHaveLength(4);
  });

  test("closing before the server has answered says so", async () => {
    const agent = start();
    run.server.faults.push({ kind: "slow", waitMs: 500 });
    agent.think("lost");
    await agent.close({ timeoutMs: 50 });
    expect(run.problems).toMatchObject([{ code: "unsent", dropped: 1 }]);
    expect(run.problems[0]?.message).toContain("the server has not answered yet");
  });

  test("a full batch leaves at once, others at the server's pace", async () => {
    run.server.flushMs = 1_500;
    const agent = start({ maxBatchEvents: 10 });
    agent.think("first");
    await agent.flush();
    for (const content of numbers(10)) agent.think(content);
    await expect.poll(() => run.server.events.length, { timeout: 1_000 }).toBe(11);
    agent.think("alone");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(run.server.events.length).toBe(11);
    await expect.poll(() => run.server.events.length).toBe(12);
  });

  test("413 halves the batch until it passes, and an event too large alone is reported", async () => {
    run.server.maxBodyBytes = 2_000;
    const agent = start();
    for (const content of numbers(64)) agent.think(content);
    agent.think("x".repeat(3_000));
    agent.think("last");
    await agent.flush();
    expect(contents()).toEqual([...numbers(64), "last"]);
    expect(run.problems).toMatchObject([{ code: "too_large", dropped: 1, eventType: "thought" }]);
  });

  test("422 drops only the events it names", async () => {
    run.server.judge = (batch) => {
      const issues = batch.events.flatMap((event, index) =>
        event.type === "preview" ? [{ path: `events[${index}].data.url`, message: "no" }] : [],
      );
      const error = { code: "invalid_event", message: "Cannot append.", issues };
      return issues.length > 0 ? { kind: "status", status: 422, body: { error } } : null;
    };
    const agent = start();
    agent.think("before");
    agent.preview("gopher://old");
    agent.think("after");
    await agent.flush();
    expect(contents()).toEqual(["before", "after"]);
    expect(run.problems).toMatchObject([
      { code: "invalid_event", dropped: 1, eventType: "preview" },
    ]);
  });

  test.each([
    [401, "unknown_key"],
    [403, "wrong_agent"],
    [404, "session_not_found"],
  ])("status %i stops the stream and reports once what to do", async (status, code) => {
    const body = { error: { code, message: "No." } };
    run.server.judge = () => ({ kind: "status", status, body });
    const agent = start();
    agent.think("one");
    await agent.flush();
    agent.think("two");
    await agent.flush();
    expect(run.server.requests.length).toBe(1);
    expect(run.problems).toMatchObject([{ code: "refused", status, errorCode: code, dropped: 1 }]);
    expect(agent.pending).toBe(0);
  });

  test("large bodies are compressed, and plain where the server can't read that", async () => {
    const agent = start();
    agent.think("x".repeat(10_000));
    await agent.flush();
    expect(run.server.requests[0]?.headers["content-encoding"]).toBe("gzip");
    run.server.faults.push({ kind: "status", status: 415 });
    agent.think("y".repeat(10_000));
    await agent.flush();
    expect(run.server.requests.at(-1)?.headers["content-encoding"]).toBeUndefined();
    expect(run.server.events.length).toBe(2);
  });
});

describe("limits", () => {
  test("a long text becomes several events that join to the same text", async () => {
    const agent = start();
    const thought = "🦉é".repeat(30_000);
    const output = "x".repeat(limits.terminal_text_bytes + 5);
    agent.think(thought);
    agent.terminal(output, { command: "yes", exitCode: 1 });
    await agent.flush();
    expect(contents().slice(0, -2).join("")).toBe(thought);
    const first = run.server.events[0];
    expect(first).toMatchObject({
      type: "thought",
      data: { stream_id: expect.stringMatching(/^[\w-]{8,}$/) },
    });
    expect(run.server.events.slice(-2).map((event) => event.data)).toMatchObject([
      { command: "yes", text: output.slice(5) },
      { text: "xxxxx", exit_code: 1 },
    ]);
    expect(run.server.events.at(-2)?.data).not.toHaveProperty("exit_code");
  });

  test("characters that Postgres can't store are replaced", async () => {
    const agent = start();
    agent.think("a\0b\ud800c", { metadata: { "k\0": "v\udc00" } });
    await agent.flush();
    expect(run.server.events[0]?.data).toMatchObject({
      content: "a�b�c",
      metadata: { "k�": "v�" },
    });
  });

  test("an invalid number is dropped and reported, and the rest is sent", async () => {
    const agent = start();
    agent.usage({ model: "m", input_tokens: 0.5, output_tokens: 1e16, cost_usd: 1 });
    agent.error("Bad.", { file: "a", line: 2 ** 31 });
    agent.terminal("", { exitCode: 3_221_225_477 });
    await agent.flush();
    expect(run.server.events.map(({ data }) => data)).toEqual([
      { model: "m", cost_usd: 1 },
      { message: "Bad.", file: "a" },
      expect.objectContaining({ exit_code: 3_221_225_477 }),
    ]);
    expect(run.problems.map(({ dropped }) => dropped)).toEqual([0, 0, 0]);
    expect(run.problems[2]?.message).toContain(
      "it is 2147483648, not a whole number from 0 to 2,147",
    );
  });

  test("a file over the limit is reported and dropped, and later events are sent", async () => {
    const agent = start();
    agent.code("big.bin", "x".repeat(limits.code_content_bytes + 1));
    agent.think("next");
    await agent.flush();
    expect(contents()).toEqual(["next"]);
    expect(run.problems[0]?.message).toContain("big.bin is 1,048,577 bytes, limit 1,048,576");
  });

  test("without a server the queue stays bounded, drops details first, and reports it", async () => {
    const agent = start({ maxQueueEvents: 100, fetch: () => Promise.reject(new Error("down")) });
    agent.status("working");
    for (const content of numbers(60)) agent.terminal(content);
    for (const content of numbers(60)) agent.decide(content);
    expect(agent.pending).toBeLessThanOrEqual(100);
    expect(run.problems[0]).toMatchObject({ code: "queue_full" });
    const { drained } = await agent.drain({ timeoutMs: 20 });
    expect(drained).toBe(false);
  });
});

describe("the agent is left alone", () => {
  test("no argument makes a verb throw", async () => {
    const agent = start({
      onProblem: () => {
        throw new Error("reporter");
      },
    });
    const odd = {} as Record<string, unknown>;
    odd.self = odd;
    for (const value of [undefined, null, 7, odd, () => 1, Symbol("s"), 1n] as never[]) {
      agent.think(value, { metadata: { value, odd } });
      agent.code(value, value);
      agent.edit("a", value);
      agent.usage(value);
      agent.error(value);
      agent.event(value, value);
      agent.streamThought(value).write(value);
    }
    await agent.flush();
    expect(run.server.events.length).toBeGreaterThan(0);
  });

  test("without a server or a key, or with streaming off, it does nothing and says why", async () => {
    const unset = start({ server: "", apiKey: "" });
    unset.think("x");
    expect(run.problems).toMatchObject([{ code: "not_configured" }]);
    const off = start({ enabled: false });
    off.think("x");
    off.streamThought().write("x");
    expect(await off.close()).toEqual({ drained: true, pending: 0 });
    expect(run.server.requests).toEqual([]);
    // The same server gets what an agent sends that is not off.
    const on = start();
    on.think("x");
    await on.close();
    expect(run.server.events.length).toBe(1);
  });

  test("invalid options are reported, and their defaults apply", async () => {
    const useless = { flushMs: Number.NaN, maxQueueEvents: 0, timeoutMs: "5", fetch: 1 };
    const agent = start({ ...useless, maxBatchEvents: 10_000 } as never);
    expect(run.problems).toMatchObject([{ code: "bad_option" }]);
    expect(run.problems[0]?.message).toMatch(
      /flushMs is NaN.*timeoutMs is 5.*maxQueueEvents is 0.*fetch/,
    );
    for (let index = 0; index < 600; index++) agent.think(`${index}`);
    await agent.close();
    expect(run.server.batches.map(({ events }) => events.length)).toEqual([500, 100]);
    expect(await createAgent(null as never).close()).toEqual({ drained: true, pending: 0 });
  });

  test("many agents in one process share one exit listener", async () => {
    const before = process.listenerCount("beforeExit");
    const agents = Array.from({ length: 30 }, () => start());
    expect(process.listenerCount("beforeExit")).toBeLessThanOrEqual(before + 1);
    await Promise.all(agents.map((agent) => agent.close()));
    expect(process.listenerCount("beforeExit")).toBeLessThanOrEqual(before);
  });

  test("verbs only queue: nothing is sent while the agent's own code runs", async () => {
    let requests = 0;
    const agent = start({
      fetch: () => {
        requests += 1;
        return new Promise(() => {});
      },
    });
    for (let index = 0; index < 10_000; index++) agent.think(`a thought of some length ${index}`);
    expect(requests).toBe(0);
    expect(agent.pending).toBe(10_000);
    await expect.poll(() => requests).toBe(1);
  });
});

describe("streamed thoughts", () => {
  test("pieces share a stream, stay in order with other events, and end once", async () => {
    const agent = start();
    const stream = agent.streamThought({ thoughtType: "reasoning", priority: "headline" });
    stream.write("One ");
    stream.write("two ");
    agent.command("ls");
    stream.write("three");
    stream.end();
    stream.end();
    stream.write("never");
    await agent.flush();
    expect(contents()).toEqual(["One two ", "terminal", "three"]);
    const [first, , last] = run.server.events.map((event) => event.data);
    expect(first).toMatchObject({ stream_id: stream.id, priority: "headline" });
    expect(last).toMatchObject({ stream_id: stream.id, done: true });
  });

  test("close ends open streams", async () => {
    const agent = start();
    agent.streamThought().write("half");
    await agent.close();
    expect(run.server.events.at(-1)?.data).toMatchObject({ content: "half", done: true });
  });
});

describe("secrets", () => {
  const key = `sk-proj-${"a1B2".repeat(8)}`;

  test("are taken out of every kind of text, before it leaves", async () => {
    const agent = start();
    agent.think(`Use ${key}.`, { metadata: { file: `/tmp/${key}` } });
    agent.code("a.env", `OPENAI_API_KEY=${key}\n`);
    agent.edit("b.ts", [{ old_text: key, new_text: `"${key}"` }]);
    agent.command(`curl -H 'authorization: Bearer ${key}'`);
    agent.terminal(`${key}\n`);
    agent.error(new Error(`refused ${key}`));
    agent.task(key, key);
    agent.preview(`https://ada:${key}@example.com/`);
    agent.say(`It is ${key}`);
    await agent.close();
    expect(run.server.events.length).toBe(8);
    expect(JSON.stringify([run.server.events, run.server.said])).not.toContain(key.slice(8, 20));
    expect(run.server.events[1]?.data).toMatchObject({
      content: "OPENAI_API_KEY=[redacted-openai-key]\n",
    });
  });

  const texts = (): string =>
    run.server.events
      .map(({ data }) => ("text" in data ? data.text : "content" in data ? data.content : ""))
      .join("");

  test("are found in a streamed thought, even across pauses", async () => {
    const agent = start();
    const stream = agent.streamThought();
    for (const piece of `The key is ${key} and the rest follows now`.match(/.{1,9}/g) ?? []) {
      stream.write(piece);
      agent.status("working");
      await agent.flush();
    }
    stream.end();
    await agent.flush();
    expect(texts()).toBe("The key is [redacted-openai-key] and the rest follows now");
    expect(contents().filter((content) => content !== "status").length).toBeGreaterThan(4);
  });

  test("are found in the output of a command, cut at every position", async () => {
    const output = `$ env\nKEY=${key}\nPGPASSWORD=hunter2\ndone\n`;
    for (let cut = 1; cut < output.length; cut++) {
      const agent = start();
      run.server.events.length = 0;
      agent.terminal(output.slice(0, cut));
      await agent.flush();
      agent.think("Meanwhile.");
      agent.terminal(output.slice(cut));
      await agent.close();
      expect(texts().replace("Meanwhile.", "")).toBe(
        "$ env\nKEY=[redacted-openai-key]\nPGPASSWORD=[redacted-password]\ndone\n",
      );
    }
  });

  test("that span many lines are removed across events, with and without an end marker", async () => {
    const lines = Array.from({ length: 20 }, () => "a8Fk29dLq0PzXw7TbN3mYc5RvH1sJe6G".repeat(2));
    const agent = start();
    agent.terminal("-----BEGIN PRIVATE KEY-----\n");
    for (const line of lines) {
      agent.terminal(`${line}\n`);
      await agent.flush();
    }
    expect(JSON.stringify(run.server.events)).not.toContain("a8Fk29dLq0PzXw7T");
    agent.terminal("-----END PRIVATE KEY-----\nnext\n");
    agent.terminal("-----BEGIN PRIVATE KEY-----\n", { command: "cat key", stream: "stderr" });
    for (const line of lines) agent.terminal(line, { stream: "stderr" });
    await agent.close();
    expect(texts()).toBe(
      "-----BEGIN PRIVATE KEY-----[redacted-private-key]-----END PRIVATE KEY-----\nnext\n" +
        "-----BEGIN PRIVATE KEY-----[redacted-private-key]",
    );
  });

  test("that only seemed to begin are sent later: at the command's end, the next command, the session's end and close", async () => {
    const agent = start();
    agent.terminal("a gh", { command: "one" });
    agent.terminal("p_", { exitCode: 0 });
    agent.terminal("b gh", { command: "two" });
    agent.terminal("c gh", { command: "three", stream: "stderr" });
    agent.event("thought", { thought_type: "general", content: "d gh", stream_id: "s" });
    agent.status("done");
    agent.terminal("e gh");
    await agent.close();
    const shown = run.server.events.map(({ type, data }) =>
      "text" in data ? data.text : "content" in data ? data.content : type,
    );
    expect(shown).toEqual(["a ", "ghp_", "b ", "gh", "c ", "d ", "gh", "gh", "status", "e ", "gh"]);
  });

  test("in events with ids: each is sent, so a repetition stays harmless", async () => {
    const agent = start();
    agent.event("terminal", { stream: "stdout", text: key.slice(0, 9) }, { id: "one" });
    agent.event("terminal", { stream: "stdout", text: `${key.slice(9)}\n` }, { id: "two" });
    await agent.flush();
    expect(run.server.events.map(({ id, data }) => [id, "text" in data && data.text])).toEqual([
      ["one", ""],
      ["two", "[redacted-openai-key]\n"],
    ]);
  });

  test("stay when the agent says so, and its own function decides last", async () => {
    const open = start({ redact: false });
    open.think(key);
    await open.close();
    const own = start({ redact: (text) => text.replaceAll("wren", "bird") });
    own.think(`A wren has ${key}`);
    await own.close();
    expect(contents()).toEqual([key, "A bird has [redacted-openai-key]"]);
  });
});

describe("sessions and chat", () => {
  const message = (seq: number, id = sessionId, sender: "viewer" | "agent" = "viewer") => ({
    seq,
    id: `m${seq}`,
    session_id: id,
    sender,
    name: "Ada",
    text: `line ${seq}`,
    at: "2026-01-01T00:00:00Z",
  });

  test("continue: the server names the session, and the agent keeps it", async () => {
    const agent = start({ session: "continue" });
    agent.think("a");
    await agent.flush();
    agent.think("b");
    await agent.flush();
    expect(run.server.batches[0]).not.toHaveProperty("session_id");
    expect(run.server.batches[0]).not.toHaveProperty("messages_after");
    expect(run.server.batches[1]?.session_id).toBe(sessionId);
  });

  test("new: one id from the first attempt on, and the chat from its start", async () => {
    run.server.faults.push({ kind: "drop_before_commit" });
    const agent = start({ session: "new" });
    agent.think("a");
    await agent.flush();
    agent.think("b");
    await agent.flush();
    const ids = run.server.requests.map((request) => request.body as Record<string, unknown>);
    expect(ids[0]?.start_session).toBe(agent.sessionId);
    expect(ids[1]).toMatchObject({ start_session: agent.sessionId, messages_after: 0 });
    expect(ids[2]).toMatchObject({ session_id: agent.sessionId });
  });

  test("a session that has ended is followed by a new one", async () => {
    const ended = new Set<string>();
    run.server.judge = ({ session_id: id, events }) => {
      if (ended.has(id ?? "")) {
        const body = { error: { code: "session_ended", message: "It has ended." } };
        return { kind: "status", status: 409, body };
      }
      if (events.some((event) => event.type === "status")) ended.add(id ?? sessionId);
      return null;
    };
    const agent = start();
    agent.status("done");
    await agent.flush();
    agent.think("one more thing");
    await agent.flush();
    expect(contents()).toEqual(["status", "one more thing"]);
    expect(agent.sessionId).not.toBe(sessionId);
    expect(run.problems).toEqual([]);
  });

  test("chat lines arrive with the acknowledgements, each once, and the cursor follows", async () => {
    const texts: string[] = [];
    const agent = start({
      session: "continue",
      onMessage({ text, untrusted }) {
        expect(untrusted).toBe(true);
        texts.push(text);
      },
    });
    agent.think("a");
    run.server.messages = [message(1), message(2)];
    await agent.flush();
    agent.think("b");
    run.server.messages = [message(2), message(3, sessionId, "agent"), message(4)];
    await agent.flush();
    agent.think("c");
    await agent.flush();
    expect(texts).toEqual(["line 1", "line 2", "line 4"]);
    expect(run.server.batches.map((batch) => batch.messages_after)).toEqual([undefined, 2, 4]);
  });

  test("a continued session does not repeat old lines", async () => {
    const texts: string[] = [];
    run.server.oldMessages = [message(1), message(2)];
    const agent = start({
      session: "continue",
      pollMs: 20,
      onMessage: ({ text }) => texts.push(text),
    });
    agent.think("a");
    await agent.flush();
    await expect
      .poll(() => run.server.requests.filter(({ method }) => method === "GET").length)
      .toBeGreaterThanOrEqual(2);
    run.server.messages = [message(3)];
    await expect.poll(() => texts).toEqual(["line 3"]);
  });

  test("a silent agent polls its chat, and its lines wait for the session", async () => {
    const agent = start({ pollMs: 20, session: "new" });
    agent.onMessage(({ text }) => agent.say(`You said: ${text}`));
    agent.say("Hello");
    agent.think("a");
    await agent.flush();
    run.server.messages = [message(1, agent.sessionId ?? "")];
    await expect
      .poll(() => run.server.said.map(({ text }) => text))
      .toEqual(["Hello", "You said: line 1"]);
    expect(run.server.said[0]?.session_id).toBe(agent.sessionId);
  });
});
