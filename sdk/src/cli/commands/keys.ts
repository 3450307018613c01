import { askAgent } from "../ask-agent.ts";
import { type Command, readAll, serverOptions, textFlag, UsageError } from "../command.ts";
import { findAgent, findPlace } from "../credentials.ts";
import { configPath, rememberKey } from "../user-config.ts";

/** The agent of a key, or the reason why there is none. */
async function agentOf(server: string, apiKey: string): Promise<string> {
  const answer = await askAgent(server, apiKey);
  if (answer.kind === "done") return answer.body.agent_id;
  if (answer.kind === "refused") throw new Error(`${answer.message} (${server})`);
  throw new Error(`Cannot reach ${server}: ${answer.why}. Is the server running?`);
}

export const login: Command = {
  name: "login",
  usage: "[--server <url>]",
  summary:
    "Save a key that you have: reads it from stdin, tries it, and makes its agent the default.",
  options: { ...(serverOptions.server ? { server: serverOptions.server } : {}) },
  examples: ["kulti login --server https://project.supabase.co < key.txt"],
  async run(run) {
    const { server } = findPlace(run.flags, run);
    if (run.stdin.isTTY) run.out.note("Paste the key, then press Enter and Ctrl-D.");
    const apiKey = (await readAll(run.stdin)).trim();
    if (!apiKey.startsWith("klt_")) throw new UsageError("give a key, klt_…, on stdin");
    const agentId = await agentOf(server, apiKey);
    rememberKey(run.env, server, agentId, apiKey, { isDefault: true });
    run.out.json({ agent_id: agentId, server });
    run.out.note(`Saved the key of ${agentId} at ${server} in ${configPath(run.env)}.`);
    return 0;
  },
};

export const logout: Command = {
  name: "logout",
  usage: "[--agent <id>]",
  summary:
    "Forget an agent's saved key. The key stays valid: revoke it at the server if it leaked.",
  options: {
    ...(serverOptions.server ? { server: serverOptions.server } : {}),
    ...(serverOptions.agent ? { agent: serverOptions.agent } : {}),
  },
  async run(run) {
    const place = findPlace(run.flags, run);
    const agentId = textFlag(run.flags, "agent") ?? findAgent(run.flags, run, place).agent_id;
    if (!agentId) throw new UsageError("no agent is known: give --agent");
    rememberKey(run.env, place.server, agentId, null);
    run.out.json({ agent_id: agentId, server: place.server });
    run.out.note(`Forgot the key of ${agentId} at ${place.server}.`);
    return 0;
  },
};
