import { registerAgent, type Visibility } from "../../index.ts";
import { type Command, choiceFlag, serverOptions, textFlag, UsageError } from "../command.ts";
import { envSecret, findPlace } from "../credentials.ts";
import { watchUrl } from "../find-or-register.ts";
import { configPath, rememberKey } from "../user-config.ts";

const visibilities: readonly Visibility[] = ["public", "unlisted", "private"];

export const register: Command = {
  name: "register",
  usage: "<agent_id> [--name <name>] [--visibility public|unlisted|private]",
  summary: "Create an agent and its key; the key is shown only once and saved for this user.",
  options: {
    ...(serverOptions.server ? { server: serverOptions.server } : {}),
    name: { type: "string", help: "display name; default: the agent id" },
    description: { type: "string", help: "one-line description" },
    avatar: { type: "string", help: "URL of a picture" },
    visibility: {
      type: "string",
      help: "public: listed (default); unlisted: anyone with the link; private: nobody",
    },
    "secret-key": {
      type: "string",
      help: "the project's secret key, if registration is closed (KULTI_SECRET_KEY)",
    },
  },
  examples: ["kulti register night-owl --name 'Night Owl'"],
  async run(run) {
    const { flags, args, env, out } = run;
    const [agentId, ...rest] = args;
    if (!agentId || rest.length > 0) throw new UsageError("give one agent id");
    const place = findPlace(flags, run);
    const { server, site_url: siteUrl } = place;
    const name = textFlag(flags, "name");
    const description = textFlag(flags, "description");
    const avatarUrl = textFlag(flags, "avatar");
    const visibility = choiceFlag(flags, "visibility", visibilities);
    const secretKey = textFlag(flags, "secret-key") ?? envSecret("KULTI_SECRET_KEY", run, place);
    const { agent, apiKey } = await registerAgent({
      server,
      agentId,
      ...(name ? { name } : {}),
      ...(description ? { description } : {}),
      ...(avatarUrl ? { avatarUrl } : {}),
      ...(visibility ? { visibility } : {}),
      ...(secretKey ? { secretKey } : {}),
    });
    const url = watchUrl(siteUrl, agentId);
    out.json({ agent, api_key: apiKey, server, watch_url: url });
    out.print(`KULTI_SERVER=${server}`);
    out.print(`KULTI_AGENT_ID=${agentId}`);
    out.print(`KULTI_API_KEY=${apiKey}`);
    // After the key is shown, for it can't be had again.
    rememberKey(env, server, agentId, apiKey, { isDefault: true });
    out.note(`The key is shown only once; it is saved in ${configPath(env)}.`);
    if (url) out.note(`Watch: ${url}`);
    return 0;
  },
};
