import { readSettings } from "../../agent/options.ts";
import { resend } from "../../agent/outbox.ts";
import { createReport } from "../../agent/problem.ts";
import { type Command, serverOptions } from "../command.ts";
import { findCredentials } from "../credentials.ts";

const longestMs = 60_000;

export const flush: Command = {
  name: "flush",
  usage: "",
  summary:
    "Send the events that earlier processes of the agent could not send: the server was down, or the process was killed.",
  options: serverOptions,
  async run(run) {
    const { server, agent_id: agentId, api_key: apiKey } = findCredentials(run.flags, run);
    const settings = readSettings({ server, agentId, apiKey });
    if (settings.spoolFolder === null) {
      run.out.note("KULTI_SPOOL is 0: no events are kept.");
      return 0;
    }
    const report = createReport(({ message }) => run.out.complain(message));
    const signal = AbortSignal.any([run.signal, AbortSignal.timeout(longestMs)]);
    const { events, sessions, isDone } = await resend(settings, report, signal);
    run.out.json({ events, sessions, complete: isDone });
    run.out.note(`Sent ${events} events of ${sessions} sessions from ${settings.spoolFolder}.`);
    if (run.signal.aborted) return 130;
    return isDone ? 0 : 75;
  },
};
