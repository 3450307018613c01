/** A very long session, posted as an agent would: half a second between events, most of them thoughts. */
import type { BenchAgent } from "./target.ts";

/** Events per batch: the most that ingest accepts. */
const batchEvents = 500;
const stepMs = 500;
const files = 400;

export async function postLongSession(
  agent: BenchAgent,
  count: number,
  lastStatus: "working" | "done",
): Promise<string> {
  const began = Date.now() - count * stepMs;
  let sessionId = "";
  for (let from = 0; from < count; from += batchEvents) {
    const batch = Array.from({ length: Math.min(batchEvents, count - from) }, (_, index) => {
      const number = from + index;
      const at = new Date(began + number * stepMs).toISOString();
      const last = { type: "status", data: { status: lastStatus } };
      return { ...(number === count - 1 ? last : makeEvent(number)), at };
    });
    sessionId = await agent.post(batch);
  }
  return sessionId;
}

export function makeEvent(number: number): { type: string; data: object } {
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
  const thoughtType = ["reasoning", "observation", "decision", "general"][number % 4];
  const content = `Thought ${number}: the reader holds what the writer has not yet given up, so it must wait.`;
  return { type: "thought", data: { thought_type: thoughtType, content } };
}
