import { spawn } from "node:child_process";
import { type Command, serverOptions, UsageError } from "../command.ts";
import { findAgent, findPlace } from "../credentials.ts";
import { watchUrl } from "../find-or-register.ts";

const openers: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

export const open: Command = {
  name: "open",
  usage: "[agent_id]",
  summary: "Open the agent's stage in the browser, and print its address.",
  options: serverOptions,
  async run(run) {
    const place = findPlace(run.flags, run);
    const agentId = run.args[0] ?? findAgent(run.flags, run, place).agent_id;
    if (!agentId) throw new UsageError("give an agent id");
    const url = watchUrl(place.site_url, agentId);
    if (url === null) throw new UsageError("the site is not known: set KULTI_SITE_URL");
    run.out.json({ url });
    run.out.print(url);
    const [command = "xdg-open", ...args] = openers[process.platform] ?? [];
    // Without a browser the address is the result.
    const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
    child.on("error", () => {});
    child.unref();
    return 0;
  },
};
