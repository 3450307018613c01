/** Claude Code's tools. A call becomes one line, and its result becomes the effect. */

import type { DiffHunk, TextReplacement } from "../../protocol/event.ts";
import { applyEdits } from "../../protocol/fold/edits.ts";
import type { Files } from "../files.ts";
import { applyCommand } from "../shell.ts";
import { withoutEscapes } from "../terminal-tokens.ts";
import type { Track } from "../track.ts";
import {
  countOf,
  excerpt,
  type Fields,
  fieldsOf,
  firstLine,
  inputsInWords,
  isFields,
  joinedText,
  listOf,
  numberedContent,
  numberOf,
  textOf,
} from "../value.ts";

interface Use {
  name: string;
  input: Fields;
}

/** Their input appears as a change of the file. */
const changesFile = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit"]);

export class ClaudeTools {
  readonly #track: Track;
  readonly #files: Files;
  readonly #open = new Map<string, Use>();
  /** The subjects of tasks by number. Updates have only the number. */
  readonly #subjects = new Map<string, string>();

  constructor(track: Track, files: Files) {
    this.#track = track;
    this.#files = files;
  }

  use(block: Fields) {
    const name = textOf(block.name);
    const input = fieldsOf(block.input);
    this.#open.set(textOf(block.id), { name, input });
    if (name === "Bash") {
      const description = textOf(input.description);
      if (description) this.#track.tool(name, description);
      return this.#track.command(textOf(input.command));
    }
    if (name === "TodoWrite") return this.#todos(input);
    if (name === "ExitPlanMode") {
      return this.#track.thought("decision", textOf(input.plan), { priority: "headline" });
    }
    if (name === "AskUserQuestion") return this.#questions(input);
    const path = this.#pathOf(input);
    const line = this.#lineOf(name, input);
    const { file_path: _, notebook_path: __, ...rest } = input;
    const asked = changesFile.has(name) ? "" : inputsInWords(rest);
    this.#track.tool(
      name,
      asked === "" || line.includes(asked) ? line : `${line}\n\n${asked}`,
      path ? { file: this.#files.name(path) } : {},
    );
  }

  result(block: Fields, told: unknown) {
    const id = textOf(block.tool_use_id);
    const use = this.#open.get(id);
    this.#open.delete(id);
    const text = joinedText(block.content);
    const details = fieldsOf(told);
    if (!use) return;
    if (use.name === "Bash") return this.#bash(use.input, text, details, block.is_error === true);
    if (block.is_error === true) return this.#failure(use, text);
    this.#effect(use, text, details);
  }

  #effect({ name, input }: Use, text: string, details: Fields) {
    const path = this.#pathOf(input);
    const original = typeof details.originalFile === "string" ? details.originalFile : undefined;
    switch (name) {
      case "Write":
        return this.#files.write(path, textOf(input.content));
      case "Edit":
      case "MultiEdit":
        // Another program, such as a formatter, may have changed the file since the agent read it.
        if (original !== undefined) this.#files.learn(path, original);
        return this.#edit(
          path,
          name === "Edit" ? [input] : listOf(input.edits).map(fieldsOf),
          listOf(details.structuredPatch).map(fieldsOf),
        );
      case "NotebookEdit":
        if (typeof details.updated_file === "string")
          this.#files.replace(path, details.updated_file);
        return;
      case "BashOutput":
      case "TaskOutput":
        return this.#track.output(joinedStreams(details) || text);
      case "Read":
        return this.#read(path, text, details);
      case "TaskCreate":
        return this.#taskCreated(input, text, details);
      case "TaskUpdate":
        return this.#taskUpdated(input);
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

  /** Uses the patch in the result if the call's old text does not occur literally in the file. */
  #edit(path: string, edits: Fields[], patch: Fields[]) {
    const known = this.#files.content(path);
    const replacements: TextReplacement[] = edits.map((edit) => ({
      old_text: textOf(edit.old_string),
      new_text: textOf(edit.new_string),
    }));
    if (known !== null && edits.some((edit) => edit.replace_all === true)) {
      return this.#files.replace(path, replaced(known, edits));
    }
    const fits = known === null || applyEdits(known, replacements).unfit.length === 0;
    this.#files.edit(path, fits || patch.length === 0 ? replacements : patch.map(hunkOf));
  }

  /** Learns the content of a file if the agent read all its lines. */
  #read(path: string, text: string, details: Fields) {
    const file = fieldsOf(details.file);
    const content = textOf(file.content);
    if (content !== "") {
      const isWhole = numberOf(file.startLine) === 1 && file.numLines === file.totalLines;
      if (isWhole) this.#files.learn(path, content);
      return;
    }
    const shown = numberedContent(text);
    // A listing of 2,000 lines is at the tool's limit, so the file may have more.
    if (shown !== null && shown.split("\n").length < 2_000) this.#files.learn(path, shown);
  }

  #bash(input: Fields, text: string, details: Fields, isError: boolean) {
    const command = textOf(input.command);
    const toldCode = /^Exit code (\d+)\n?/.exec(text);
    const exitCode = toldCode ? Number(toldCode[1]) : isError ? undefined : 0;
    const stdout = textOf(details.stdout);
    const stderr = textOf(details.stderr);
    const isBackground = textOf(input.run_in_background) !== "" || input.run_in_background === true;
    if (stdout !== "" || stderr !== "") {
      if (stdout !== "") this.#track.output(stdout);
      if (stderr !== "") this.#track.output(stderr, { stream: "stderr" });
      if (!isBackground) this.#track.output("", { exitCode });
    } else {
      const rest = toldCode ? text.slice(toldCode[0].length) : text;
      const stream = isError ? "stderr" : "stdout";
      this.#track.output(rest, { stream, ...(isBackground ? {} : { exitCode }) });
    }
    if (exitCode === 0) applyCommand(command, this.#files);
  }

  #failure({ name, input }: Use, text: string) {
    const message = withoutEscapes(text)
      .replace(/<\/?tool_use_error>/g, "")
      .trim();
    if (/doesn't want to (proceed|take this action)/.test(message)) {
      return this.#track.thought("observation", `The user declined: ${this.#lineOf(name, input)}`);
    }
    const path = this.#pathOf(input);
    const file = path ? { file: this.#files.name(path) } : {};
    this.#track.error(`${name}: ${excerpt(message, 2_000)}`, file);
  }

  #todos(input: Fields) {
    for (const todo of listOf(input.todos).map(fieldsOf)) {
      this.#track.milestone(textOf(todo.content), todo.status === "completed");
      if (todo.status === "in_progress") {
        const doing = textOf(todo.activeForm) || textOf(todo.content);
        this.#track.thought("context", doing, {
          priority: "detail",
          metadata: { tool: "TodoWrite" },
        });
      }
    }
  }

  #taskCreated(input: Fields, text: string, details: Fields) {
    const subject = textOf(input.subject);
    const number = textOf(fieldsOf(details.task).id) || /#(\w+)/.exec(text)?.[1];
    if (number) this.#subjects.set(number, subject);
    this.#track.milestone(subject, false);
  }

  #taskUpdated(input: Fields) {
    const number = String(input.taskId ?? "");
    const subject = textOf(input.subject) || this.#subjects.get(number) || "";
    if (subject) this.#subjects.set(number, subject);
    if (input.status === "completed") this.#track.milestone(subject, true);
  }

  #questions(input: Fields) {
    for (const question of listOf(input.questions).map(fieldsOf)) {
      const options = listOf(question.options)
        .map((option) => textOf(isFields(option) ? option.label : option))
        .filter((option) => option !== "");
      this.#track.status("waiting");
      this.#track.thought("prompt", textOf(question.question), {
        metadata: { prompt_for: "user", ...(options.length > 0 ? { options } : {}) },
      });
    }
  }

  #pathOf(input: Fields): string {
    return textOf(input.file_path) || textOf(input.notebook_path) || textOf(input.path);
  }

  #lineOf(name: string, input: Fields): string {
    const path = this.#pathOf(input);
    const subject =
      (path && name !== "Grep" && name !== "Glob" ? this.#files.name(path) : "") ||
      textOf(input.pattern) ||
      textOf(input.query) ||
      textOf(input.url) ||
      textOf(input.description) ||
      textOf(input.subject) ||
      textOf(input.command) ||
      textOf(input.skill) ||
      textOf(input.prompt);
    // The format is mcp__server__tool.
    const readable = name.replace(/^mcp__/, "").replaceAll("__", ": ");
    return subject ? `${readable} ${firstLine(subject)}` : readable;
  }
}

function replaced(text: string, edits: Fields[]): string {
  return edits.reduce((whole, edit) => {
    const oldText = textOf(edit.old_string);
    const newText = textOf(edit.new_string);
    if (oldText === "") return whole === "" ? newText : whole;
    if (edit.replace_all === true) return whole.split(oldText).join(newText);
    const at = whole.indexOf(oldText);
    return at < 0 ? whole : whole.slice(0, at) + newText + whole.slice(at + oldText.length);
  }, text);
}

/** Each of `lines` starts with a sign: space for kept, `-` for removed, `+` for added. */
function hunkOf(patch: Fields): DiffHunk {
  const lines = listOf(patch.lines).map(textOf);
  const without = (sign: string): string[] =>
    lines.filter((line) => line[0] === " " || line[0] === sign).map((line) => line.slice(1));
  return { start: countOf(patch.oldStart), removed: without("-"), added: without("+") };
}

function joinedStreams({ stdout, stderr }: Fields): string {
  return [stdout, stderr]
    .map(textOf)
    .filter((text) => text !== "")
    .join("\n");
}
