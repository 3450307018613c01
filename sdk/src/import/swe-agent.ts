/**
 * SWE-agent trajectories (`.traj`): thought, action and observation of each step.
 *
 * They bear no times but how long each action took. A step begins with the time in which its thought would be read
 * (that is made up, so that a replay can be followed), and its action takes the time it took.
 */
import { apply_edits } from "@kulti/protocol/edits.ts";
import type { CodeEdit } from "@kulti/protocol/event.ts";
import { Files } from "./files.ts";
import type { Recording } from "./recording.ts";
import { apply_command } from "./shell.ts";
import { failure_of, has_failed, read_edit, type SweEdit } from "./swe-edit.ts";
import { problem_of, steps_of } from "./swe-problem.ts";
import { type FileWindow, find_window, whole_content } from "./swe-window.ts";
import { reading_ms, Track } from "./track.ts";
import {
  count_of,
  type Fields,
  fields_of,
  first_line,
  json_of,
  number_of,
  numbered_content,
  text_of,
} from "./value.ts";

export function import_swe_agent(run: Fields): Recording {
  const track = new Track(Date.now());
  const steps = steps_of(run);
  const importer = new SweImporter(track, run);
  importer.start(steps);
  for (const [index, step] of steps.entries()) {
    track.where = `step ${index + 1}`;
    try {
      importer.step(step);
    } catch (error) {
      track.skip(`could not be read: ${(error as Error).message}`);
    }
  }
  track.where = "info";
  importer.end();
  return { format: "swe-agent", events: track.events, skipped: track.skipped };
}

class SweImporter {
  readonly #track: Track;
  readonly #files: Files;
  readonly #run: Fields;
  readonly #windows = new Map<string, FileWindow>();
  #folder = "";
  #open_file = "";

  constructor(track: Track, run: Fields) {
    this.#track = track;
    this.#files = new Files(track);
    this.#run = run;
  }

  start(steps: Fields[]) {
    const folders = steps.map((step) => state_of(step).folder);
    this.#folder = folders.find((folder) => folder !== "") ?? "";
    this.#files.root = this.#folder;
    this.#track.prompt(problem_of(this.#run));
    this.#track.status("working");
  }

  step(step: Fields) {
    const thought = text_of(step.thought).trim() || text_of(step.response).trim();
    const action = text_of(step.action).trim();
    const observation = text_of(step.observation).replaceAll("\r\n", "\n");
    this.#track.advance(reading_ms(thought));
    this.#track.thought("reasoning", thought);
    const state = state_of(step);
    // Editing opens nothing, so the file that is open after an edit was so before.
    if (/^(edit|insert)\b/.test(action)) this.#open_file = state.open_file || this.#open_file;
    const edit = read_edit(action, this.#windows.get(this.#open_file) ?? null);
    if (edit) this.#announce_edit(edit);
    else if (action !== "") this.#announce(action);
    this.#track.advance((number_of(step.execution_time) ?? 0.3) * 1_000);

    const window = find_window(observation);
    if (edit) this.#edited(edit, observation, window);
    else this.#acted(action, observation, window);
    if (window && !has_failed(observation)) this.#windows.set(this.#absolute(window.path), window);
    // Without a state, the window is of the file that is open.
    const seen = window ? this.#absolute(window.path) : this.#open_file;
    this.#open_file = state.open_file || seen;
    this.#folder = state.folder || this.#folder;
  }

  end() {
    const info = fields_of(this.#run.info);
    const stats = fields_of(info.model_stats);
    const config = fields_of(json_of(this.#run.replay_config) ?? this.#run.replay_config);
    const model = text_of(fields_of(fields_of(config.agent).model).name);
    this.#track.usage({
      ...(model && model !== "replay" ? { model } : {}),
      input_tokens: count_of(stats.tokens_sent),
      output_tokens: count_of(stats.tokens_received),
      cost_usd: Math.max(0, number_of(stats.instance_cost) ?? 0),
    });
    const exit_status = text_of(info.exit_status);
    if (exit_status !== "" && exit_status !== "submitted") {
      this.#track.error(`The run ended with ${first_line(exit_status)}.`);
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
      this.#track.tool(program, first_line(action), file);
    }
    this.#track.command(action);
  }

  #acted(action: string, observation: string, window: FileWindow | null) {
    this.#track.output(observation);
    const content = whole_content(window);
    if (window && content !== null) this.#files.learn(this.#absolute(window.path), content);
    const viewed = viewed_file(action, observation);
    if (viewed) this.#files.learn(this.#absolute(viewed.path), viewed.content);
    // A shell that said nothing has done what it was told; exit codes are not recorded.
    if (observation.trim() === "") apply_command(this.#with_paths(action), this.#files);
  }

  #path_of(edit: SweEdit): string {
    return this.#absolute(edit.path ?? this.#open_file);
  }

  #announce_edit(edit: SweEdit) {
    const file = this.#files.name(this.#path_of(edit));
    const verb = { create: "Create", edit: "Edit", insert: "Edit", undo: "Undo the last edit of" };
    this.#track.tool(edit.kind, `${verb[edit.kind]} ${file}`, { file });
  }

  #edited(edit: SweEdit, observation: string, window: FileWindow | null) {
    const path = this.#path_of(edit);
    const file = this.#files.name(path);
    if (has_failed(observation)) return this.#track.error(failure_of(observation), { file });
    const whole = whole_content(window);
    if (edit.kind === "create") return this.#files.write(path, edit.content || (whole ?? ""));
    const edits = edits_of(edit, observation, window);
    if (whole !== null && (edits === null || !this.#would_give(path, edits, whole))) {
      return this.#files.replace(path, whole);
    }
    if (edits !== null) return this.#files.edit(path, edits);
    this.#track.skip(`an edit of ${file} shows too little of the file to be told`);
  }

  #would_give(
    path: string,
    edits: NonNullable<ReturnType<typeof edits_of>>,
    whole: string,
  ): boolean {
    const before = this.#files.content(path);
    return before !== null && apply_edits(before, edits).text === whole;
  }

  #absolute(path: string): string {
    if (path === "" || path.startsWith("/")) return path;
    return `${this.#folder}/${path.replace(/^\.\//, "")}`;
  }

  /** `rm a.py` means the one in the folder where the shell is. */
  #with_paths(action: string): string {
    return action.replace(
      /^(rm(?: -\w+)*) ([\w./-]+)$/,
      (_, rm, path) => `${rm} ${this.#absolute(path)}`,
    );
  }
}

/** What `str_replace_editor view` shows of a file when it shows all of it. */
function viewed_file(
  action: string,
  observation: string,
): { path: string; content: string } | null {
  const path = /^str_replace_editor view (\S+)$/.exec(action)?.[1];
  const listing = /^Here's the result of running `cat -n` on [^\n]*:\n([\s\S]*)$/.exec(
    observation,
  )?.[1];
  const content = listing === undefined ? null : numbered_content(listing);
  return path === undefined || content === null ? null : { path: unquoted(path), content };
}

function edits_of(
  edit: SweEdit,
  observation: string,
  window: FileWindow | null,
): CodeEdit[] | null {
  if (edit.kind === "insert") {
    const end = window ? window.total_lines - edit.lines.length : null;
    const after = edit.after_line ?? end;
    return after === null || after < 0
      ? null
      : [{ start: after + 1, removed: [], added: edit.lines }];
  }
  if (edit.kind !== "edit" || edit.edits === null) return null;
  const [only] = edit.edits;
  const times = Number(/Replaced (\d+) occurrences/.exec(observation)?.[1] ?? 1);
  if (!edit.replaces_all || times === 1 || !only || !("old_text" in only)) return edit.edits;
  // Repeating a replacement that brings its own old text would hit the same place again.
  return only.new_text.includes(only.old_text) ? null : Array.from({ length: times }, () => only);
}

/** Older files keep the state as JSON in a string. */
function state_of(step: Fields): { folder: string; open_file: string } {
  const state = fields_of(json_of(step.state) ?? step.state);
  const open_file = text_of(state.open_file);
  return { folder: text_of(state.working_dir), open_file: open_file === "n/a" ? "" : open_file };
}

const unquoted = (text: string): string => text.replace(/^(['"])(.*)\1$/, "$2");
