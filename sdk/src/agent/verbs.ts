/** The verbs of an agent: each puts one event together. */
import type { EventDataByType, EventType, ThoughtType } from "@kulti/protocol/event.ts";
import { known } from "./known.ts";
import type { KultiAgent, ThoughtVerb } from "./kulti-agent.ts";
import { toText } from "./to-text.ts";

type Send = <Type extends EventType>(type: Type, data: EventDataByType[Type]) => void;

function titled(title: string, description?: string): EventDataByType["task"] {
  const text = toText(title);
  return description === undefined
    ? { title: text }
    : { title: text, description: toText(description) };
}

type Verbs = Pick<
  KultiAgent,
  | ("think" | "reason" | "decide" | "observe" | "evaluate" | "context" | "tool" | "prompt")
  | ("code" | "edit" | "deleteFile" | "renameFile" | "terminal" | "command" | "status")
  | ("task" | "goal" | "milestone" | "error" | "preview" | "usage" | "question" | "answer")
>;

export const createVerbs = (send: Send): Verbs => ({
  ...thoughtVerbs(send),
  ...fileVerbs(send),
  ...stageVerbs(send),
});

function thoughtVerbs(send: Send) {
  const thought =
    (thoughtType: ThoughtType): ThoughtVerb =>
    (content, options) =>
      send("thought", {
        thought_type: thoughtType,
        content: toText(content),
        ...known(options, ["priority", "metadata"]),
      });
  return {
    think: (content, options) => thought(options?.thoughtType ?? "general")(content, options),
    reason: thought("reasoning"),
    decide: thought("decision"),
    observe: thought("observation"),
    evaluate: thought("evaluation"),
    context: thought("context"),
    tool: thought("tool"),
    prompt: thought("prompt"),
  } satisfies Partial<Verbs>;
}

const fileVerbs = (send: Send) =>
  ({
    code: (filename, content, options) =>
      send("code", {
        filename: toText(filename),
        action: options?.action ?? "write",
        content: toText(content),
        ...known(options, ["language"]),
      }),
    edit: (filename, edits, options) =>
      send("code", {
        filename: toText(filename),
        action: "edit",
        edits,
        ...known(options, ["language"]),
      }),
    deleteFile: (filename) => send("code", { filename: toText(filename), action: "delete" }),
    renameFile: (oldFilename, filename) =>
      send("code", {
        filename: toText(filename),
        action: "rename",
        old_filename: toText(oldFilename),
      }),
  }) satisfies Partial<Verbs>;

const stageVerbs = (send: Send) =>
  ({
    terminal: (text, options) =>
      send("terminal", {
        stream: options?.stream ?? "stdout",
        text: toText(text),
        ...known(options, ["command"]),
        ...(options?.exitCode !== undefined && { exit_code: options.exitCode }),
      }),
    command: (command) => send("terminal", { command: toText(command), stream: "input", text: "" }),
    status: (status) => send("status", { status }),
    task: (title, description) => send("task", titled(title, description)),
    goal: (title, description) => send("goal", titled(title, description)),
    milestone: (label, completed = true) => send("milestone", { label: toText(label), completed }),
    error(error, details) {
      const stack = error instanceof Error && error.stack ? { stack: error.stack } : {};
      send("error", {
        message: toText(error),
        ...stack,
        ...known(details, ["file", "line", "stack", "recovery_strategy"]),
      });
    },
    preview: (url) => send("preview", { url: toText(url) }),
    usage: (usage) =>
      send("usage", known(usage, ["model", "input_tokens", "output_tokens", "cost_usd"])),
    question(question) {
      const id = toText(question?.question_id ?? crypto.randomUUID());
      send("question", {
        question_id: id,
        ...known(question, ["kind", "text", "options", "detail", "expires_at", "default"]),
      });
      return id;
    },
    answer: (answer) => send("answer", known(answer, ["question_id", "by", "option", "text"])),
  }) satisfies Partial<Verbs>;
