import { type Command, type CommandRun, type ExitCode, serverOptions } from "../command.ts";
import type { Credentials } from "../credentials.ts";
import { answerChat } from "../demo/chat.ts";
import { playStep } from "../demo/play.ts";
import { chapters, demoAgent, demoSession } from "../demo/script.ts";
import { findOrRegister } from "../find-or-register.ts";
import { type Pace, pause, readPace } from "../pace.ts";
import { goOnStage, tellAddress } from "../stage-run.ts";

export const demo: Command = {
  name: "demo",
  usage: "[--speed 1|10|max] [--loop]",
  summary:
    "Play a scripted session of about a minute that shows every kind of event and answers the chat.",
  options: {
    speed: { type: "string", help: "speed factor, or max; default 1" },
    loop: { type: "boolean", help: "repeat in new sessions until Ctrl-C" },
    visibility: { type: "string", help: "visibility of the agent if it is new; default public" },
    ...serverOptions,
  },
  examples: ["kulti demo", "kulti demo --loop --speed 2"],
  async run(run) {
    const pace = readPace(run.flags, Number.POSITIVE_INFINITY);
    const credentials = await findOrRegister(run, demoAgent);
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
  const stage = goOnStage(run, credentials, "new");
  tellAddress(run, credentials);
  const { agent } = stage;
  let doing = demoSession.opening;
  agent.onMessage((message) => void answerChat(agent, message, doing, pace, signal));
  try {
    for (const chapter of chapters(credentials.site_url)) {
      doing = chapter.doing;
      for (const step of chapter.steps) {
        if (stage.refusal) return await stage.end();
        await playStep(agent, step, pace, signal);
        await stage.room();
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    agent.status("offline");
  }
  const exit = await stage.end();
  out.json({ session_id: agent.sessionId, agent_id: credentials.agent_id });
  return signal.aborted ? 130 : exit;
}
