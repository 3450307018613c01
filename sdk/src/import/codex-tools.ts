/** Codex's tools: commands to the terminal, patches to the files, plans to milestones, the rest in one line. */
import { apply_patch, find_patch } from "./apply-patch.ts";
import type { Files } from "./files.ts";
import { apply_command } from "./shell.ts";
import type { Track } from "./track.ts";
import {
  excerpt,
  type Fields,
  fields_of,
  first_line,
  is_fields,
  joined_text,
  json_of,
  list_of,
  number_of,
  text_of,
} from "./value.ts";

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
    const name = text_of(item.name) || text_of(item.type).replace(/_call$/, "");
    const args = fields_of(json_of(item.arguments) ?? item.action);
    const input = text_of(item.input) || text_of(args.input);
    const command = command_of(args);
    const patch = find_patch(input || command || text_of(item.arguments));
    const id = text_of(item.call_id) || text_of(item.id);
    if (patch !== null) {
      const paths = [...patch.matchAll(/^\*\*\* \w+ File: (.+)$/gm)].map((match) => match[1] ?? "");
      const names = paths.map((path) => this.#files.name(path.trim())).join(", ");
      this.#track.tool("apply_patch", `Patch ${first_line(names) || "files"}`);
      this.#open.set(id, { kind: "patch", patch });
    } else if (name === "update_plan") {
      this.#plan(args);
      this.#open.set(id, { kind: "plan" });
    } else if (command !== "") {
      this.#track.command(command);
      this.#open.set(id, { kind: "command", command });
    } else if (name === "write_stdin") {
      const chars = text_of(args.chars);
      if (chars !== "") this.#track.add("terminal", { stream: "input", text: chars });
      this.#open.set(id, { kind: "command", command: "" });
    } else {
      this.#track.tool(name, line_of(name, args, input));
      this.#open.set(id, { kind: "other", name });
    }
  }

  output(item: Fields) {
    const id = text_of(item.call_id) || text_of(item.id);
    const open = this.#open.get(id);
    this.#open.delete(id);
    const output = read_output(item.output);
    if (!open || open.kind === "plan") return;
    if (open.kind === "command") {
      this.#track.output(output.text, { exit_code: output.exit_code });
      if (output.exit_code === 0 && open.command !== "") apply_command(open.command, this.#files);
    } else if (open.kind === "patch") {
      this.#patched(open.patch, output);
    } else {
      this.#track.thought("observation", excerpt(output.text), {
        priority: "detail",
        metadata: { tool: open.name },
      });
    }
  }

  /** An item of `codex exec --json`, told when it is complete. */
  exec_item(item: Fields) {
    switch (item.type) {
      case "agent_message":
        return this.#track.thought("general", text_of(item.text));
      case "reasoning":
        return this.#track.thought("reasoning", text_of(item.text));
      case "command_execution":
        this.#track.command(text_of(item.command));
        return this.#track.output(text_of(item.aggregated_output), {
          exit_code: number_of(item.exit_code),
        });
      case "file_change":
        return this.#changed(list_of(item.changes).map(fields_of));
      case "todo_list":
        for (const todo of list_of(item.items).map(fields_of)) {
          this.#track.milestone(text_of(todo.text), todo.completed === true);
        }
        return;
      case "error":
        return this.#track.error(text_of(item.message));
      default: {
        const name = text_of(item.type) || "tool";
        this.#track.tool(name, line_of(text_of(item.tool) || name, item, text_of(item.query)));
      }
    }
  }

  /** `codex exec` names the files and not what was changed in them: only a deletion is known. */
  #changed(changes: Fields[]) {
    for (const change of changes) {
      const path = text_of(change.path);
      if (change.kind === "delete") this.#files.delete(path);
      else
        this.#track.tool(
          "apply_patch",
          `${first_line(text_of(change.kind)) || "change"} ${this.#files.name(path)}`,
        );
    }
  }

  #patched(patch: string, { text, exit_code }: Output) {
    const has_failed =
      exit_code === undefined
        ? /^(error|failed|.*verification failed)/i.test(text)
        : exit_code !== 0;
    if (has_failed) return this.#track.error(`apply_patch: ${excerpt(text, 2_000) || "failed"}`);
    for (const path of apply_patch(patch, this.#files)) {
      this.#track.skip(`a change of ${path} does not tell its place`);
    }
  }

  #plan(args: Fields) {
    const explanation = text_of(args.explanation);
    if (explanation) this.#track.thought("decision", explanation);
    for (const step of list_of(args.plan).map(fields_of)) {
      this.#track.milestone(text_of(step.step), step.status === "completed");
    }
  }
}

/** The command line: `bash -lc` is how it is run, not what. */
function command_of(args: Fields): string {
  const given = args.cmd ?? args.command;
  if (typeof given === "string") return given;
  const words = list_of(given).map(text_of);
  const [shell = "", flag = "", script] = words;
  if (/(^|\/)(ba|z|da)?sh$/.test(shell) && /^-\w*c$/.test(flag) && script) return script;
  return words
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(" ");
}

/** A string with a head, a string of JSON, an object, or blocks; the exit code stands inside. */
function read_output(output: unknown): Output {
  const parsed = typeof output === "string" ? json_of(output) : output;
  if (is_fields(parsed) && (parsed.output !== undefined || parsed.metadata !== undefined)) {
    const inner = read_output(text_of(parsed.output));
    return {
      text: inner.text,
      exit_code: number_of(fields_of(parsed.metadata).exit_code) ?? inner.exit_code,
    };
  }
  if (is_fields(parsed) && parsed.content !== undefined) {
    return {
      text: joined_text(parsed.content),
      exit_code: parsed.success === false ? 1 : undefined,
    };
  }
  const text = Array.isArray(parsed) ? joined_text(parsed) : text_of(output);
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

function line_of(name: string, args: Fields, input: string): string {
  const query = text_of(fields_of(args.action).query);
  const subject = text_of(args.path) || text_of(args.query) || query || text_of(args.url) || input;
  const readable = name.replace(/^mcp__/, "").replaceAll("__", ": ");
  return subject ? `${readable} ${first_line(subject)}` : readable;
}
