import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type Recording, read_recording } from "../../import/index.ts";
import type { AgentEvent, SessionChoice } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  type ExitCode,
  read_all,
  server_options,
  session_option,
  UsageError,
} from "../command.ts";
import { agent_id_from, enlist } from "../enlist.ts";
import { type Pace, pause, read_pace } from "../pace.ts";
import { go_on_stage, type StageRun, session_choice } from "../stage-run.ts";

/** Such as `.traj.json`. */
function without_endings(name: string): string {
  const shorter = name.replace(/\.(traj|jsonl|ndjson|json)$/i, "");
  return shorter === name ? name : without_endings(shorter);
}

export const replay: Command = {
  name: "replay",
  usage: "<file…|-> [--speed 1|10|max] [--idle <seconds>] [--agent <id>]",
  summary:
    "Stream a recorded run in its own time: an SWE-agent .traj, a Claude Code or Codex transcript, or events as NDJSON; - is stdin, several files follow each other.",
  options: {
    speed: { type: "string", help: "times faster, or max; default 1" },
    idle: { type: "string", help: "shorten gaps to so many seconds; default 5" },
    visibility: { type: "string", help: "of an agent that is made for it; default public" },
    ...server_options,
    ...session_option("new"),
  },
  examples: [
    "kulti replay run.traj --speed 4",
    "kulti replay ~/.codex/sessions/2026/03/13/rollout-….jsonl",
  ],
  async run(run) {
    if (run.args.length === 0) throw new UsageError("a file is needed");
    const pace = read_pace(run.flags, 5);
    const session = session_choice(run, "new");
    let worst: ExitCode = 0;
    for (const file of run.args) {
      const exit = await replay_file(file, run, pace, session).catch((error: Error) => {
        // One bad file among several does not keep the others from the stage.
        if (run.args.length === 1 || error instanceof UsageError) throw error;
        run.out.complain(error.message);
        return 1 as const;
      });
      if (run.signal.aborted) return 130;
      worst = exit || worst;
    }
    return worst;
  },
};

async function replay_file(
  file: string,
  run: CommandRun,
  pace: Pace,
  session: SessionChoice,
): Promise<ExitCode> {
  const { out, signal } = run;
  const recording = await read_run(file, run);
  for (const { where, why } of recording.skipped.slice(0, 5)) out.note(`Left out ${where}: ${why}`);
  const name = without_endings(basename(file));
  const credentials = await enlist(run, {
    agent_id: agent_id_from(name, "replay"),
    name: file === "-" ? "Replay" : name.slice(0, 80),
    description: `A recorded run (${recording.format})`,
  });
  const stage = go_on_stage(run, credentials, session);
  out.note(
    `${recording.events.length} events from ${recording.format}, ${describe_length(recording.events, pace)}.`,
  );
  const sent = await play(stage, recording.events, pace, signal);
  if (signal.aborted) stage.agent.status("offline");
  const exit = await stage.end();
  const { session_id } = stage.agent;
  const skipped = recording.skipped.length;
  const { agent_id } = credentials;
  out.json({ format: recording.format, sent, skipped, session_id, agent_id });
  out.note(`${sent} events sent, ${skipped} entries left out.`);
  return signal.aborted ? 130 : exit;
}

async function read_run(file: string, run: CommandRun): Promise<Recording> {
  const cannot = (why: string) => new Error(`Cannot replay ${file}: ${why}.`);
  const text = file === "-" ? await read_all(run.stdin) : read_file(resolve(run.cwd, file), cannot);
  if (text.trim() === "") throw cannot("it is empty");
  let recording: Recording;
  try {
    recording = read_recording(text);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  if (recording.events.length > 0) return recording;
  const { skipped, format } = recording;
  throw cannot(`no event was found in it (${skipped.length} entries read as ${format})`);
}

function read_file(path: string, cannot: (why: string) => Error): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw cannot("there is no such file");
    if (code === "EISDIR") throw cannot("it is a folder; name the files in it");
    throw cannot(code ?? message);
  }
}

/** Gaps before each event, as the recording has them and as they are played. */
function gaps_of(events: readonly AgentEvent[], pace: Pace): number[] {
  return events.map((event, index) => {
    const before = events[index - 1];
    const gap_ms = before ? Date.parse(event.at) - Date.parse(before.at) : 0;
    return Math.min(Math.max(0, gap_ms), pace.max_gap_ms);
  });
}

async function play(
  stage: StageRun,
  events: readonly AgentEvent[],
  pace: Pace,
  signal: AbortSignal,
): Promise<number> {
  const gaps = gaps_of(events, pace);
  const is_instant = pace.speed === Number.POSITIVE_INFINITY;
  // Sent at once, a run keeps its inner times and ends now; sent in time, each event happens as it is sent.
  let at_ms = Date.now() - gaps.reduce((sum, gap) => sum + gap, 0);
  let sent = 0;
  for (const [index, event] of events.entries()) {
    const gap_ms = gaps[index] as number;
    at_ms += gap_ms;
    try {
      await pause(gap_ms, pace, signal);
    } catch {
      break;
    }
    if (stage.refusal) break;
    stage.agent.event(
      event.type,
      event.data,
      is_instant ? { at: new Date(at_ms).toISOString() } : {},
    );
    sent++;
    await stage.room();
  }
  return sent;
}

function describe_length(events: readonly AgentEvent[], pace: Pace): string {
  if (pace.speed === Number.POSITIVE_INFINITY) return "at once";
  const total_ms = gaps_of(events, pace).reduce((sum, gap) => sum + gap, 0) / pace.speed;
  const seconds = Math.round(total_ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
