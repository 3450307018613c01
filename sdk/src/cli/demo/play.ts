/** Plays one step of the demo: calls the client's methods for the script's entries, at their times. */
import type { KultiAgent } from "../../index.ts";
import { type Pace, pause } from "../pace.ts";
import type { DemoStep } from "./script.ts";

/** A thinking pace that a reader can follow. */
const wordMs = 75;

export async function playStep(
  agent: KultiAgent,
  step: DemoStep,
  pace: Pace,
  signal: AbortSignal,
): Promise<void> {
  if ("waitMs" in step) return pause(step.waitMs, pace, signal);
  if ("status" in step) return agent.status(step.status);
  if ("goal" in step) return agent.goal(step.goal, step.description);
  if ("task" in step) return agent.task(step.task, step.description);
  if ("milestone" in step) return agent.milestone(step.milestone, step.completed);
  if ("think" in step) {
    const { think, type: thoughtType, priority, metadata } = step;
    return agent.think(think, {
      thoughtType,
      ...(priority && { priority }),
      ...(metadata && { metadata }),
    });
  }
  if ("write" in step) {
    const { write, type: thoughtType, priority } = step;
    const thought = agent.streamThought({ thoughtType, ...(priority && { priority }) });
    for (const word of write.match(/\S+\s*/g) ?? []) {
      thought.write(word);
      await pause(wordMs, pace, signal);
    }
    return thought.end();
  }
  if ("file" in step) {
    const { file, content, language, action } = step;
    return agent.code(file, content, { ...(language && { language }), ...(action && { action }) });
  }
  if ("edit" in step) return agent.edit(step.edit, step.edits);
  if ("rename" in step) return agent.renameFile(step.rename, step.to);
  if ("remove" in step) return agent.deleteFile(step.remove);
  if ("command" in step) {
    agent.command(step.command);
    for (const part of step.output) {
      if (typeof part === "number") await pause(part, pace, signal);
      else agent.terminal(part);
    }
    return agent.terminal("", { exitCode: step.exit_code });
  }
  if ("error" in step) return agent.error(step.error, step.details);
  if ("preview" in step) return agent.preview(step.preview);
  if ("usage" in step) return agent.usage(step.usage);
  if ("answer" in step) return agent.answer(step.answer);
  agent.question(step.question);
}
