/** A session as long as they come, posted as an agent would: half a second between events, most of them thoughts. */
import type { BenchAgent } from "./target.ts";

/** Events of a batch; the most that ingest takes. */
const batch_events = 500;
const step_ms = 500;
const files = 400;

export async function post_long_session(
  agent: BenchAgent,
  count: number,
  last_status: "working" | "done",
): Promise<string> {
  const began = Date.now() - count * step_ms;
  let session_id = "";
  for (let from = 0; from < count; from += batch_events) {
    const batch = Array.from({ length: Math.min(batch_events, count - from) }, (_, index) => {
      const number = from + index;
      const at = new Date(began + number * step_ms).toISOString();
      const last = { type: "status", data: { status: last_status } };
      return { ...(number === count - 1 ? last : make_event(number)), at };
    });
    session_id = await agent.post(batch);
  }
  return session_id;
}

export function make_event(number: number): { type: string; data: object } {
  if (number % 500 === 0) return { type: "task", data: { title: `Part ${number / 500 + 1}` } };
  if (number % 97 === 0) return { type: "error", data: { message: `Test ${number} failed` } };
  if (number % 10 === 3) {
    const stream = "stdout";
    return {
      type: "terminal",
      data: { command: "npm test", stream, text: `\x1b[32m${number} passed\x1b[0m\r\n` },
    };
  }
  if (number % 10 === 6) {
    const content = Array.from(
      { length: 40 },
      (_, line) => `export const value_${line} = ${line === number % 40 ? number : line};\n`,
    ).join("");
    const filename = `src/part-${number % files}.ts`;
    return { type: "code", data: { filename, action: "write", content } };
  }
  const thought_type = ["reasoning", "observation", "decision", "general"][number % 4];
  const content = `Thought ${number}: the reader holds what the writer has not yet given up, so it must wait.`;
  return { type: "thought", data: { thought_type, content } };
}
