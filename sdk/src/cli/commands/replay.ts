import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { read_recording } from "../../import/index.ts";
import type { AgentEvent } from "../../index.ts";
import {
  type Command,
  type ExitCode,
  server_options,
  session_option,
  UsageError,
} from "../command.ts";
import { agent_id_from, enlist } from "../enlist.ts";
import { type Pace, pause, read_pace } from "../pace.ts";
import { go_on_stage, type StageRun, session_choice } from "../stage-run.ts";

export const replay: Command = {
  name: "replay",
  usage: "<file> [--speed 1|10|max] [--idle <seconds>] [--agent <id>]",
  summary:
    "Stream a recorded run in its own time: an SWE-agent .traj, a Claude Code or Codex transcript, or events as NDJSON.",
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
    const { flags, args, out, signal } = run;
    const [file, ...rest] = args;
    if (!file || rest.length > 0) throw new UsageError("one file is needed");
    const pace = read_pace(flags, 5);
    const recording = read_recording(read_file(resolve(run.cwd, file)));
    if (recording.events.length === 0) {
      throw new Error(
        `Cannot replay ${file}: no event was found in it (${recording.skipped.length} entries read as ${recording.format}).`,
      );
    }
    for (const { where, why } of recording.skipped.slice(0, 5))
      out.note(`Left out ${where}: ${why}`);
    const name = basename(file).replace(/\.(traj|jsonl|ndjson|json)$/i, "");
    const credentials = await enlist(run, {
      agent_id: agent_id_from(name, "replay"),
      name: name.slice(0, 80),
      description: `A recorded run (${recording.format})`,
    });
    const stage = go_on_stage(run, credentials, session_choice(run, "new"));
    out.note(
      `${recording.events.length} events from ${recording.format}, ${describe_length(recording.events, pace)}.`,
    );
    const sent = await play(stage, recording.events, pace, signal);
    if (signal.aborted) stage.agent.status("offline");
    const exit: ExitCode = await stage.end();
    const { session_id } = stage.agent;
    out.json({
      format: recording.format,
      sent,
      skipped: recording.skipped.length,
      session_id,
      agent_id: credentials.agent_id,
    });
    out.note(`${sent} events sent, ${recording.skipped.length} entries left out.`);
    return signal.aborted ? 130 : exit;
  },
};

function read_file(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${(error as NodeJS.ErrnoException).code}.`);
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
