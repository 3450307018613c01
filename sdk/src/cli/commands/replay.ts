import { basename, resolve } from "node:path";
import { formatTitles, type Recording, readRecording } from "@kulti/recordings";
import type { AgentEvent, SessionChoice } from "../../index.ts";
import {
  type Command,
  type CommandRun,
  type ExitCode,
  readAll,
  serverOptions,
  sessionOption,
  UsageError,
} from "../command.ts";
import { readFileNamed } from "../files.ts";
import { agentIdFrom, findOrRegister } from "../find-or-register.ts";
import { type Pace, pause, readPace } from "../pace.ts";
import { goOnStage, type StageRun, sessionChoice, tellAddress } from "../stage-run.ts";

/** Such as `.traj.json`. */
function withoutEndings(name: string): string {
  const shorter = name.replace(/\.(traj|jsonl|ndjson|json)$/i, "");
  return shorter === name ? name : withoutEndings(shorter);
}

export const replay: Command = {
  name: "replay",
  usage: "<file…|-> [--speed 1|10|max] [--idle <seconds>] [--agent <id>]",
  summary: `Stream a recorded run in its own time: ${formatTitles}; - is stdin, several files play one after the other.`,
  options: {
    speed: { type: "string", help: "speed factor, or max; default 1" },
    idle: { type: "string", help: "longest gap, in seconds; default 5" },
    visibility: { type: "string", help: "visibility of the agent if it is new; default public" },
    ...serverOptions,
    ...sessionOption("new"),
  },
  examples: [
    "kulti replay run.traj --speed 4",
    "kulti replay ~/.codex/sessions/2026/03/13/rollout-….jsonl",
  ],
  async run(run) {
    if (run.args.length === 0) throw new UsageError("give a file");
    const pace = readPace(run.flags, 5);
    const session = sessionChoice(run, "new");
    let worst: ExitCode = 0;
    for (const file of run.args) {
      const exit = await replayFile(file, run, pace, session).catch((error: Error) => {
        // One bad file among several does not stop the others.
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

async function replayFile(
  file: string,
  run: CommandRun,
  pace: Pace,
  session: SessionChoice,
): Promise<ExitCode> {
  const { out, signal } = run;
  const recording = await readRun(file, run);
  for (const { where, why } of recording.skipped.slice(0, 5)) out.note(`Skipped ${where}: ${why}`);
  const name = withoutEndings(basename(file));
  const credentials = await findOrRegister(run, {
    agentId: agentIdFrom(name, "replay"),
    name: file === "-" ? "Replay" : name.slice(0, 80),
    description: `A recorded run (${recording.format})`,
  });
  const stage = goOnStage(run, credentials, session);
  tellAddress(run, credentials);
  out.note(
    `${recording.events.length} events from ${recording.format}, ${describeLength(recording.events, pace)}.`,
  );
  const sent = await play(stage, recording.events, pace, signal);
  if (signal.aborted) stage.agent.status("offline");
  const exit = await stage.end();
  const { sessionId } = stage.agent;
  const skipped = recording.skipped.length;
  const { agent_id: agentId } = credentials;
  out.json({ format: recording.format, sent, skipped, session_id: sessionId, agent_id: agentId });
  out.note(`${sent} events sent, ${skipped} entries skipped.`);
  return signal.aborted ? 130 : exit;
}

async function readRun(file: string, run: CommandRun): Promise<Recording> {
  const cannot = (why: string) => new Error(`Cannot replay ${file}: ${why}.`);
  const text =
    file === "-" ? await readAll(run.stdin) : readFileNamed(resolve(run.cwd, file), cannot);
  if (text.trim() === "") throw cannot("it is empty");
  let recording: Recording;
  try {
    recording = readRecording(text);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
  if (recording.events.length > 0) return recording;
  const { skipped, format } = recording;
  throw cannot(`no event was found in it (${skipped.length} entries read as ${format})`);
}

/** The gap before each event, in the recording and in playback. */
function gapsOf(events: readonly AgentEvent[], pace: Pace): number[] {
  return events.map((event, index) => {
    const before = events[index - 1];
    const gapMs = before ? Date.parse(event.at) - Date.parse(before.at) : 0;
    return Math.min(Math.max(0, gapMs), pace.maxGapMs);
  });
}

async function play(
  stage: StageRun,
  events: readonly AgentEvent[],
  pace: Pace,
  signal: AbortSignal,
): Promise<number> {
  const gaps = gapsOf(events, pace);
  const isInstant = pace.speed === Number.POSITIVE_INFINITY;
  // Sent at once, a run keeps its inner times and ends now; sent in time, each event happens as it is sent.
  let atMs = Date.now() - gaps.reduce((sum, gap) => sum + gap, 0);
  let sent = 0;
  for (const [index, event] of events.entries()) {
    const gapMs = gaps[index] as number;
    atMs += gapMs;
    try {
      await pause(gapMs, pace, signal);
    } catch {
      break;
    }
    if (stage.refusal) break;
    stage.agent.event(
      event.type,
      event.data,
      isInstant ? { at: new Date(atMs).toISOString() } : {},
    );
    sent++;
    await stage.room();
  }
  return sent;
}

function describeLength(events: readonly AgentEvent[], pace: Pace): string {
  if (pace.speed === Number.POSITIVE_INFINITY) return "at once";
  const totalMs = gapsOf(events, pace).reduce((sum, gap) => sum + gap, 0) / pace.speed;
  const seconds = Math.round(totalMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
