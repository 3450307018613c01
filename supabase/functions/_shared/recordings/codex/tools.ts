/** Codex's tools: commands go to the terminal, patches to files, plans to milestones, other tools to one line. */

import type { Files } from "../files.ts";
import { applyCommand } from "../shell.ts";
import type { Track } from "../track.ts";
import {
  excerpt,
  type Fields,
  fieldsOf,
  firstLine,
  isFields,
  joinedText,
  jsonOf,
  listOf,
  numberOf,
  textOf,
} from "../value.ts";
import { applyPatch, findPatch } from "./apply-patch.ts";

type Open =
  | { kind: "command"; command: string }
  | { kind: "patch"; patch: string }
  | { kind: "plan" }
  | { kind: "other"; name: string };

interface Output {
  text: string;
  exit_code: number | undefined;
}

export class CodexTools {
  readonly #track: Track;
  readonly #files: Files;
  readonly #open = new Map<string, Open>();

  constructor(track: Track, files: Files) {
    this.#track = track;
    this.#files = files;
  }

  call(item: Fields) {
    const name = textOf(item.name) || textOf(item.type).replace(/_call$/, "");
    const args = fieldsOf(jsonOf(item.arguments) ?? item.action);
    const input = textOf(item.input) || textOf(args.input);
    const command = commandOf(args);
    const patch = findPatch(input || command || textOf(item.arguments));
    const id = textOf(item.call_id) || textOf(item.id);
    if (patch !== null) {
      const paths = [...patch.matchAll(/^\*\*\* \w+ File: (.+)$/gm)].map((match) => match[1] ?? "");
      const names = paths.map((path) => this.#files.name(path.trim())).join(", ");
      this.#track.tool("apply_patch", `Patch ${firstLine(names) || "files"}`);
      this.#open.set(id, { kind: "patch", patch });
    } else if (name === "update_plan") {
      this.#plan(args);
      this.#open.set(id, { kind: "plan" });
    } else if (command !== "") {
      this.#track.command(command);
      this.#open.set(id, { kind: "command", command });
    } else if (name === "write_stdin") {
      const chars = textOf(args.chars);
      if (chars !== "") this.#track.add("terminal", { stream: "input", text: chars });
      this.#open.set(id, { kind: "command", command: "" });
    } else {
      this.#track.tool(name, lineOf(name, args, input));
      this.#open.set(id, { kind: "other", name });
    }
  }

  output(item: Fields) {
    const id = textOf(item.call_id) || textOf(item.id);
    const open = this.#open.get(id);
    this.#open.delete(id);
    const output = readOutput(item.output);
    if (!open || open.kind === "plan") return;
    if (open.kind === "command") {
      this.#track.output(output.text, { exitCode: output.exit_code });
      if (output.exit_code === 0 && open.command !== "") applyCommand(open.command, this.#files);
    } else if (open.kind === "patch") {
      this.#patched(open.patch, output);
    } else {
      this.#track.thought("observation", excerpt(output.text), {
        priority: "detail",
        metadata: { tool: open.name },
      });
    }
  }

  /** Handles a completed item of `codex exec --json`. */
  execItem(item: Fields) {
    switch (item.type) {
      case "agent_message":
        return this.#track.thought("general", textOf(item.text));
      case "reasoning":
        return this.#track.thought("reasoning", textOf(item.text));
      case "command_execution":
        this.#track.command(textOf(item.command));
        return this.#track.output(textOf(item.aggregated_output), {
          exitCode: numberOf(item.exit_code),
        });
      case "file_change":
        return this.#changed(listOf(item.changes).map(fieldsOf));
      case "todo_list":
        for (const todo of listOf(item.items).map(fieldsOf)) {
          this.#track.milestone(textOf(todo.text), todo.completed === true);
        }
        return;
      case "error":
        return this.#track.error(textOf(item.message));
      default: {
        const name = textOf(item.type) || "tool";
        this.#track.tool(name, lineOf(textOf(item.tool) || name, item, textOf(item.query)));
      }
    }
  }

  /** `codex exec` names the changed files without their changes. Only a deletion is known in full. */
  #changed(changes: Fields[]) {
    for (const change of changes) {
      const path = textOf(change.path);
      if (change.kind === "delete") this.#files.delete(path);
      else
        this.#track.tool(
          "apply_patch",
          `${firstLine(textOf(change.kind)) || "change"} ${this.#files.name(path)}`,
        );
    }
  }

  #patched(patch: string, { text, exit_code: exitCode }: Output) {
    const hasFailed =
      exitCode === undefined ? /^(error|failed|.*verification failed)/i.test(text) : exitCode !== 0;
    if (hasFailed) return this.#track.error(`apply_patch: ${excerpt(text, 2_000) || "failed"}`);
    for (const path of applyPatch(patch, this.#files)) {
      this.#track.skip(`has a change of ${path} without a place`);
    }
  }

  #plan(args: Fields) {
    const explanation = textOf(args.explanation);
    if (explanation) this.#track.thought("decision", explanation);
    for (const step of listOf(args.plan).map(fieldsOf)) {
      this.#track.milestone(textOf(step.step), step.status === "completed");
    }
  }
}

/** The command line without a leading `bash -lc`. */
function commandOf(args: Fields): string {
  const given = args.cmd ?? args.command;
  if (typeof given === "string") return given;
  const words = listOf(given).map(textOf);
  const [shell = "", flag = "", script] = words;
  if (/(^|\/)(ba|z|da)?sh$/.test(shell) && /^-\w*c$/.test(flag) && script) return script;
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** Reads output in any form, with its exit code: a string with a header, a string of JSON, an object, or blocks. */
function readOutput(output: unknown): Output {
  const parsed = typeof output === "string" ? jsonOf(output) : output;
  if (isFields(parsed) && (parsed.output !== undefined || parsed.metadata !== undefined)) {
    const inner = readOutput(textOf(parsed.output));
    return {
      text: inner.text,
      exit_code: numberOf(fieldsOf(parsed.metadata).exit_code) ?? inner.exit_code,
    };
  }
  if (isFields(parsed) && parsed.content !== undefined) {
    return {
      text: joinedText(parsed.content),
      exit_code: parsed.success === false ? 1 : undefined,
    };
  }
  const text = Array.isArray(parsed) ? joinedText(parsed) : textOf(output);
  const head = /^(?:[^\n]*\n){0,6}?Output:\n/.exec(text)?.[0];
  if (head === undefined || !/^(Chunk ID|Wall time|Exit code|Process|Total output)/m.test(head)) {
    return { text, exit_code: undefined };
  }
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)/m.exec(head)?.[1];
  return {
    text: text.slice(head.length),
    exit_code: code === undefined ? undefined : Number(code),
  };
}

function lineOf(name: string, args: Fields, input: string): string {
  const query = textOf(fieldsOf(args.action).query);
  const subject = textOf(args.path) || textOf(args.query) || query || textOf(args.url) || input;
  const readable = name.replace(/^mcp__/, "").replaceAll("__", ": ");
  return subject ? `${readable} ${firstLine(subject)}` : readable;
}
