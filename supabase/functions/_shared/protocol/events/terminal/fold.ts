import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export function foldTerminal(stage: Stage, event: EventOf<"terminal">, at: string): Partial<Stage> {
  const { command = null, stream, text, exit_code: exitCode = null } = event.data;
  const entry = { seq: event.seq, at, command, stream, text, exit_code: exitCode };
  return { terminal: stage.terminal.push(entry) };
}
