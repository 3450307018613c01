/** Claude Code's tools: told in one line when used, and by their effect when the result is there. */
import { apply_edits } from "@kulti/protocol/edits.ts";
import type { DiffHunk, TextReplacement } from "@kulti/protocol/event.ts";
import { without_escapes } from "../terminal-tokens.ts";
import type { Files } from "./files.ts";
import { apply_command } from "./shell.ts";
import type { Track } from "./track.ts";
import {
  count_of,
  excerpt,
  type Fields,
  fields_of,
  first_line,
  inputs_in_words,
  is_fields,
  joined_text,
  list_of,
  number_of,
  numbered_content,
  text_of,
} from "./value.ts";

interface Use {
  name: string;
  input: Fields;
}

/** Their input is told as a change of the file. */
const changes_file = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);

export class ClaudeTools {
  readonly #track: Track;
  readonly #files: Files;
  readonly #open = new Map<string, Use>();
  /** Subjects of tasks by their number, for the updates which name only that. */
  readonly #subjects = new Map<string, string>();

  constructor(track: Track, files: Files) {
    this.#track = track;
    this.#files = files;
  }

  use(block: Fields) {
    const name = text_of(block.name);
    const input = fields_of(block.input);
    this.#open.set(text_of(block.id), { name, input });
    if (name === "Bash") {
      const description = text_of(input.description);
      if (description) this.#track.tool(name, description);
      return this.#track.command(text_of(input.command));
    }
    if (name === "TodoWrite") return this.#todos(input);
    if (name === "ExitPlanMode") {
      return this.#track.thought("decision", text_of(input.plan), { priority: "headline" });
    }
    if (name === "AskUserQuestion") return this.#questions(input);
    const path = this.#path_of(input);
    const line = this.#line_of(name, input);
    const { file_path: _, notebook_path: __, ...rest } = input;
    const asked = changes_file.has(name) ? "" : inputs_in_words(rest);
    this.#track.tool(
      name,
      asked === "" || line.includes(asked) ? line : `${line}\n\n${asked}`,
      path ? { file: this.#files.name(path) } : {},
    );
  }

  result(block: Fields, told: unknown) {
    const id = text_of(block.tool_use_id);
    const use = this.#open.get(id);
    this.#open.delete(id);
    const text = joined_text(block.content);
    const details = fields_of(told);
    if (!use) return;
    if (use.name === "Bash") return this.#bash(use.input, text, details, block.is_error === true);
    if (block.is_error === true) return this.#failure(use, text);
    this.#effect(use, text, details);
  }

  #effect({ name, input }: Use, text: string, details: Fields) {
    const path = this.#path_of(input);
    const original = typeof details.originalFile === "string" ? details.originalFile : undefined;
    switch (name) {
      case "Write":
        return this.#files.write(path, text_of(input.content));
      case "Edit":
      case "MultiEdit":
        // Something else may have changed the file since it was seen, such as a formatter.
        if (original !== undefined) this.#files.learn(path, original);
        return this.#edit(
          path,
          name === "Edit" ? [input] : list_of(input.edits).map(fields_of),
          list_of(details.structuredPatch).map(fields_of),
        );
      case "NotebookEdit":
        if (typeof details.updated_file === "string")
          this.#files.replace(path, details.updated_file);
        return;
      case "BashOutput":
      case "TaskOutput":
        return this.#track.output(joined_streams(details) || text);
      case "Read":
        return this.#read(path, text, details);
      case "TaskCreate":
        return this.#task_created(input, text, details);
      case "TaskUpdate":
        return this.#task_updated(input);
      case "Bash":
      case "TodoWrite":
      case "ExitPlanMode":
        return;
      default:
        this.#track.thought("observation", excerpt(text), {
          priority: "detail",
          metadata: { tool: name },
        });
    }
  }

  /** The patch in the result tells what was done where the words of the call don't stand in the file as they are. */
  #edit(path: string, edits: Fields[], patch: Fields[]) {
    const known = this.#files.content(path);
    const replacements: TextReplacement[] = edits.map((edit) => ({
      old_text: text_of(edit.old_string),
      new_text: text_of(edit.new_string),
    }));
    if (known !== null && edits.some((edit) => edit.replace_all === true)) {
      return this.#files.replace(path, replaced(known, edits));
    }
    const fits = known === null || apply_edits(known, replacements).unfit.length === 0;
    this.#files.edit(path, fits || patch.length === 0 ? replacements : patch.map(hunk_of));
  }

  /** The whole file is known when all its lines were read. */
  #read(path: string, text: string, details: Fields) {
    const file = fields_of(details.file);
    const content = text_of(file.content);
    if (content !== "") {
      const is_whole = number_of(file.startLine) === 1 && file.numLines === file.totalLines;
      if (is_whole) this.#files.learn(path, content);
      return;
    }
    const shown = numbered_content(text);
    // As many lines as it shows at most, so that there may be more.
    if (shown !== null && shown.split("\n").length < 2_000) this.#files.learn(path, shown);
  }

  #bash(input: Fields, text: string, details: Fields, is_error: boolean) {
    const command = text_of(input.command);
    const told_code = /^Exit code (\d+)\n?/.exec(text);
    const exit_code = told_code ? Number(told_code[1]) : is_error ? undefined : 0;
    const stdout = text_of(details.stdout);
    const stderr = text_of(details.stderr);
    const is_background =
      text_of(input.run_in_background) !== "" || input.run_in_background === true;
    if (stdout !== "" || stderr !== "") {
      if (stdout !== "") this.#track.output(stdout);
      if (stderr !== "") this.#track.output(stderr, { stream: "stderr" });
      if (!is_background) this.#track.output("", { exit_code });
    } else {
      const rest = told_code ? text.slice(told_code[0].length) : text;
      const stream = is_error ? "stderr" : "stdout";
      this.#track.output(rest, { stream, ...(is_background ? {} : { exit_code }) });
    }
    if (exit_code === 0) apply_command(command, this.#files);
  }

  #failure({ name, input }: Use, text: string) {
    const message = without_escapes(text)
      .replace(/<\/?tool_use_error>/g, "")
      .trim();
    if (/doesn't want to (proceed|take this action)/.test(message)) {
      return this.#track.thought("observation", `The user declined: ${this.#line_of(name, input)}`);
    }
    const path = this.#path_of(input);
    const file = path ? { file: this.#files.name(path) } : {};
    this.#track.error(`${name}: ${excerpt(message, 2_000)}`, file);
  }

  #todos(input: Fields) {
    for (const todo of list_of(input.todos).map(fields_of)) {
      this.#track.milestone(text_of(todo.content), todo.status === "completed");
      if (todo.status === "in_progress") {
        const doing = text_of(todo.activeForm) || text_of(todo.content);
        this.#track.thought("context", doing, {
          priority: "detail",
          metadata: { tool: "TodoWrite" },
        });
      }
    }
  }

  #task_created(input: Fields, text: string, details: Fields) {
    const subject = text_of(input.subject);
    const number = text_of(fields_of(details.task).id) || /#(\w+)/.exec(text)?.[1];
    if (number) this.#subjects.set(number, subject);
    this.#track.milestone(subject, false);
  }

  #task_updated(input: Fields) {
    const number = String(input.taskId ?? "");
    const subject = text_of(input.subject) || this.#subjects.get(number) || "";
    if (subject) this.#subjects.set(number, subject);
    if (input.status === "completed") this.#track.milestone(subject, true);
  }

  #questions(input: Fields) {
    for (const question of list_of(input.questions).map(fields_of)) {
      const options = list_of(question.options)
        .map((option) => text_of(is_fields(option) ? option.label : option))
        .filter((option) => option !== "");
      this.#track.status("waiting");
      this.#track.thought("prompt", text_of(question.question), {
        metadata: { prompt_for: "user", ...(options.length > 0 ? { options } : {}) },
      });
    }
  }

  #path_of(input: Fields): string {
    return text_of(input.file_path) || text_of(input.notebook_path) || text_of(input.path);
  }

  #line_of(name: string, input: Fields): string {
    const path = this.#path_of(input);
    const subject =
      (path && name !== "Grep" && name !== "Glob" ? this.#files.name(path) : "") ||
      text_of(input.pattern) ||
      text_of(input.query) ||
      text_of(input.url) ||
      text_of(input.description) ||
      text_of(input.subject) ||
      text_of(input.command) ||
      text_of(input.skill) ||
      text_of(input.prompt);
    // mcp__server__tool
    const readable = name.replace(/^mcp__/, "").replaceAll("__", ": ");
    return subject ? `${readable} ${first_line(subject)}` : readable;
  }
}

function replaced(text: string, edits: Fields[]): string {
  return edits.reduce((whole, edit) => {
    const old_text = text_of(edit.old_string);
    const new_text = text_of(edit.new_string);
    if (old_text === "") return whole === "" ? new_text : whole;
    if (edit.replace_all === true) return whole.split(old_text).join(new_text);
    const at = whole.indexOf(old_text);
    return at < 0 ? whole : whole.slice(0, at) + new_text + whole.slice(at + old_text.length);
  }, text);
}

/** `lines` bear a sign each: kept, removed or added. */
function hunk_of(patch: Fields): DiffHunk {
  const lines = list_of(patch.lines).map(text_of);
  const without = (sign: string): string[] =>
    lines.filter((line) => line[0] === " " || line[0] === sign).map((line) => line.slice(1));
  return { start: count_of(patch.oldStart), removed: without("-"), added: without("+") };
}

function joined_streams({ stdout, stderr }: Fields): string {
  return [stdout, stderr]
    .map(text_of)
    .filter((text) => text !== "")
    .join("\n");
}
