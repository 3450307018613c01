/**
 * Reads SWE-agent trajectories (`.traj`): the thought, action and observation of each step.
 *
 * They contain no times, only the duration of each action. A step starts with an invented time for reading its thought,
 * so that viewers can follow a replay. Its action then takes the recorded time.
 */

import type { CodeEdit } from "../../protocol/event.ts";
import { applyEdits } from "../../protocol/fold/edits.ts";
import { Files } from "../files.ts";
import type { RecordedRun } from "../recording.ts";
import { applyCommand } from "../shell.ts";
import { readingMs, Track } from "../track.ts";
import {
  countOf,
  type Fields,
  fieldsOf,
  firstLine,
  isFields,
  jsonOf,
  numberedContent,
  numberOf,
  textOf,
} from "../value.ts";
import { failureOf, hasFailed, readEdit, type SweEdit } from "./edit.ts";
import { problemOf, stepsOf } from "./problem.ts";
import { type FileWindow, findWindow, wholeContent } from "./window.ts";

export const isSweAgent = (json: unknown): boolean =>
  isFields(json) && (Array.isArray(json.trajectory) || Array.isArray(json.history));

export function readSweAgent(json: unknown): RecordedRun {
  const run = fieldsOf(json);
  const track = new Track(Date.now());
  const steps = stepsOf(run);
  const reader = new SweReader(track, run);
  reader.start(steps);
  for (const [index, step] of steps.entries()) {
    track.where = `step ${index + 1}`;
    try {
      reader.step(step);
    } catch (error) {
      track.skip(`could not be read: ${(error as Error).message}`);
    }
  }
  track.where = "info";
  reader.end();
  return { events: track.events, skipped: track.skipped };
}

class SweReader {
  readonly #track: Track;
  readonly #files: Files;
  readonly #run: Fields;
  readonly #windows = new Map<string, FileWindow>();
  #folder = "";
  #openFile = "";

  constructor(track: Track, run: Fields) {
    this.#track = track;
    this.#files = new Files(track);
    this.#run = run;
  }

  start(steps: Fields[]) {
    const folders = steps.map((step) => stateOf(step).folder);
    this.#folder = folders.find((folder) => folder !== "") ?? "";
    this.#files.root = this.#folder;
    this.#track.prompt(problemOf(this.#run));
    this.#track.status("working");
  }

  step(step: Fields) {
    const thought = textOf(step.thought).trim() || textOf(step.response).trim();
    const action = textOf(step.action).trim();
    const observation = textOf(step.observation).replaceAll("\r\n", "\n");
    this.#track.advance(readingMs(thought));
    this.#track.thought("reasoning", thought);
    const state = stateOf(step);
    // An edit opens no file, so the file that is open after it was open before.
    if (/^(edit|insert)\b/.test(action)) this.#openFile = state.open_file || this.#openFile;
    const edit = readEdit(action, this.#windows.get(this.#openFile) ?? null);
    if (edit) this.#announceEdit(edit);
    else if (action !== "") this.#announce(action);
    this.#track.advance((numberOf(step.execution_time) ?? 0.3) * 1_000);

    const window = findWindow(observation);
    if (edit) this.#edited(edit, observation, window);
    else this.#acted(action, observation, window);
    if (window && !hasFailed(observation)) this.#windows.set(this.#absolute(window.path), window);
    // Without a state, the window shows the open file.
    const seen = window ? this.#absolute(window.path) : this.#openFile;
    this.#openFile = state.open_file || seen;
    this.#folder = state.folder || this.#folder;
  }

  end() {
    const info = fieldsOf(this.#run.info);
    const stats = fieldsOf(info.model_stats);
    const config = fieldsOf(jsonOf(this.#run.replay_config) ?? this.#run.replay_config);
    const model = textOf(fieldsOf(fieldsOf(config.agent).model).name);
    this.#track.usage({
      ...(model && model !== "replay" ? { model } : {}),
      input_tokens: countOf(stats.tokens_sent),
      output_tokens: countOf(stats.tokens_received),
      cost_usd: Math.max(0, numberOf(stats.instance_cost) ?? 0),
    });
    const exitStatus = textOf(info.exit_status);
    if (exitStatus !== "" && exitStatus !== "submitted") {
      this.#track.error(`The run ended with ${firstLine(exitStatus)}.`);
    }
    this.#track.status("done");
  }

  #announce(action: string) {
    const [program = "", ...args] = action.split(/\s+/);
    if (program === "submit") {
      this.#track.thought("decision", "Submit the change.", { priority: "headline" });
    } else if (
      /^(open|goto|scroll_up|scroll_down|find_file|search_dir|search_file|str_replace_editor)$/.test(
        program,
      )
    ) {
      const file =
        program === "open"
          ? { file: this.#files.name(this.#absolute(unquoted(args[0] ?? ""))) }
          : {};
      this.#track.tool(program, firstLine(action), file);
    }
    this.#track.command(action);
  }

  #acted(action: string, observation: string, window: FileWindow | null) {
    this.#track.output(observation);
    const content = wholeContent(window);
    if (window && content !== null) this.#files.learn(this.#absolute(window.path), content);
    const viewed = viewedFile(action, observation);
    if (viewed) this.#files.learn(this.#absolute(viewed.path), viewed.content);
    // Trajectories have no exit codes. A command without output counts as successful.
    if (observation.trim() === "") applyCommand(this.#withPaths(action), this.#files);
  }

  #pathOf(edit: SweEdit): string {
    return this.#absolute(edit.path ?? this.#openFile);
  }

  #announceEdit(edit: SweEdit) {
    const file = this.#files.name(this.#pathOf(edit));
    const verb = { create: "Create", edit: "Edit", insert: "Edit", undo: "Undo the last edit of" };
    this.#track.tool(edit.kind, `${verb[edit.kind]} ${file}`, { file });
  }

  #edited(edit: SweEdit, observation: string, window: FileWindow | null) {
    const path = this.#pathOf(edit);
    const file = this.#files.name(path);
    if (hasFailed(observation)) return this.#track.error(failureOf(observation), { file });
    const whole = wholeContent(window);
    if (edit.kind === "create") return this.#files.write(path, edit.content || (whole ?? ""));
    const edits = editsOf(edit, observation, window);
    if (whole !== null && (edits === null || !this.#wouldGive(path, edits, whole))) {
      return this.#files.replace(path, whole);
    }
    if (edits !== null) return this.#files.edit(path, edits);
    this.#track.skip(`has an edit of ${file} that shows too little of the file`);
  }

  #wouldGive(path: string, edits: NonNullable<ReturnType<typeof editsOf>>, whole: string): boolean {
    const before = this.#files.content(path);
    return before !== null && applyEdits(before, edits).text === whole;
  }

  #absolute(path: string): string {
    if (path === "" || path.startsWith("/")) return path;
    return `${this.#folder}/${path.replace(/^\.\//, "")}`;
  }

  /** Resolves the path in `rm a.py` against the shell's current folder. */
  #withPaths(action: string): string {
    return action.replace(
      /^(rm(?: -\w+)*) ([\w./-]+)$/,
      (_, rm, path) => `${rm} ${this.#absolute(path)}`,
    );
  }
}

/** The content from `str_replace_editor view` if it shows the whole file. */
function viewedFile(action: string, observation: string): { path: string; content: string } | null {
  const path = /^str_replace_editor view (\S+)$/.exec(action)?.[1];
  const listing = /^Here's the result of running `cat -n` on [^\n]*:\n([\s\S]*)$/.exec(
    observation,
  )?.[1];
  const content = listing === undefined ? null : numberedContent(listing);
  return path === undefined || content === null ? null : { path: unquoted(path), content };
}

function editsOf(edit: SweEdit, observation: string, window: FileWindow | null): CodeEdit[] | null {
  if (edit.kind === "insert") {
    const end = window ? window.totalLines - edit.lines.length : null;
    const after = edit.afterLine ?? end;
    return after === null || after < 0
      ? null
      : [{ start: after + 1, removed: [], added: edit.lines }];
  }
  if (edit.kind !== "edit" || edit.edits === null) return null;
  const [only] = edit.edits;
  const times = Number(/Replaced (\d+) occurrences/.exec(observation)?.[1] ?? 1);
  if (!edit.replacesAll || times === 1 || !only || !("old_text" in only)) return edit.edits;
  // If the new text contains the old text, a repeated replacement would match the same place again.
  return only.new_text.includes(only.old_text) ? null : Array.from({ length: times }, () => only);
}

/** Older files have the state as a string of JSON. */
function stateOf(step: Fields): { folder: string; open_file: string } {
  const state = fieldsOf(jsonOf(step.state) ?? step.state);
  const openFile = textOf(state.open_file);
  return { folder: textOf(state.working_dir), open_file: openFile === "n/a" ? "" : openFile };
}

const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/, "$2");
