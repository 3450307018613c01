import { findSpoolFolder } from "../../agent/spool/folder.ts";
import { findHost } from "../../agent/spool/host.ts";
import { panic as panicAt } from "../../agent/spool/leftovers.ts";
import { type Command, serverOptions } from "../command.ts";
import { findCredentials } from "../credentials.ts";

export const panic: Command = {
  name: "panic",
  usage: "",
  summary:
    "Stop the agent's streams on this machine: running processes drop what they hold back and end their sessions before they send again, and kept events are deleted.",
  options: serverOptions,
  async run(run) {
    const { server, agent_id: agentId } = findCredentials(run.flags, run);
    const host = findHost();
    const spoolFolder = host && findSpoolFolder(host);
    if (host === null || spoolFolder === null) {
      run.out.complain("Cannot reach running processes: KULTI_SPOOL is 0, and they look there.");
      return 1;
    }
    const files = panicAt(host, spoolFolder, { server, agentId });
    run.out.json({ agent_id: agentId, files });
    run.out.note(
      `${agentId}'s streams on this machine stop. Deleted ${files} files of kept events.`,
    );
    return 0;
  },
};
