import { type Command, type CommandRun, type ExitCode, server_options } from "../command.ts";
import type { Credentials } from "../credentials.ts";
import { answer_chat } from "../demo-chat.ts";
import { play_step } from "../demo-play.ts";
import { chapters, demo_agent, demo_session } from "../demo-script.ts";
import { enlist } from "../enlist.ts";
import { type Pace, pause, read_pace } from "../pace.ts";
import { go_on_stage } from "../stage-run.ts";

export const demo: Command = {
  name: "demo",
  usage: "[--speed 1|10|max] [--loop]",
  summary:
    "Play a written run of about a minute that shows every kind of event and answers the chat.",
  options: {
    speed: { type: "string", help: "times faster, or max; default 1" },
    loop: { type: "boolean", help: "begin again, each time in a new session, until Ctrl-C" },
    visibility: { type: "string", help: "of an agent that is made for it; default public" },
    ...server_options,
  },
  examples: ["kulti demo", "kulti demo --loop --speed 2"],
  async run(run) {
    const pace = read_pace(run.flags, Number.POSITIVE_INFINITY);
    const credentials = await enlist(run, demo_agent);
    for (;;) {
      const exit = await perform(run, credentials, pace);
      if (exit !== 0 || !run.flags.loop) return exit;
      try {
        await pause(8_000, pace, run.signal);
      } catch {
        return 130;
      }
    }
  },
};

async function perform(run: CommandRun, credentials: Credentials, pace: Pace): Promise<ExitCode> {
  const { out, signal } = run;
  const stage = go_on_stage(run, credentials, "new");
  const { agent } = stage;
  let doing = demo_session.opening;
  agent.on_message((message) => void answer_chat(agent, message, doing, pace, signal));
  try {
    for (const chapter of chapters(credentials.site_url)) {
      doing = chapter.doing;
      for (const step of chapter.steps) {
        if (stage.refusal) return await stage.end();
        await play_step(agent, step, pace, signal);
        await stage.room();
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    agent.status("offline");
  }
  const exit = await stage.end();
  out.json({ session_id: agent.session_id, agent_id: credentials.agent_id });
  return signal.aborted ? 130 : exit;
}
