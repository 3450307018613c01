import { register_agent, type Visibility } from "../../index.ts";
import { type Command, choice_flag, server_options, text_flag, UsageError } from "../command.ts";
import { env_secret, find_place } from "../credentials.ts";
import { watch_url } from "../enlist.ts";
import { config_path, remember_key } from "../user-config.ts";

const visibilities: readonly Visibility[] = ["public", "unlisted", "private"];

export const register: Command = {
  name: "register",
  usage: "<agent_id> [--name <name>] [--visibility public|unlisted|private]",
  summary: "Make an agent and its key; the key is shown this once and remembered for this user.",
  options: {
    ...(server_options.server ? { server: server_options.server } : {}),
    name: { type: "string", help: "what people read; default the agent id" },
    description: { type: "string", help: "a line about it" },
    avatar: { type: "string", help: "URL of a picture" },
    visibility: {
      type: "string",
      help: "public: listed (default); unlisted: for whoever has the link; private: for nobody",
    },
    "secret-key": {
      type: "string",
      help: "the project's secret key, where registration is closed (KULTI_SECRET_KEY)",
    },
  },
  examples: ["kulti register night-owl --name 'Night Owl'"],
  async run(run) {
    const { flags, args, env, out } = run;
    const [agent_id, ...rest] = args;
    if (!agent_id || rest.length > 0) throw new UsageError("one agent id is needed");
    const place = find_place(flags, run);
    const { server, site_url } = place;
    const name = text_flag(flags, "name");
    const description = text_flag(flags, "description");
    const avatar_url = text_flag(flags, "avatar");
    const visibility = choice_flag(flags, "visibility", visibilities);
    const secret_key = text_flag(flags, "secret-key") ?? env_secret("KULTI_SECRET_KEY", run, place);
    const { agent, api_key } = await register_agent({
      server,
      agent_id,
      ...(name ? { name } : {}),
      ...(description ? { description } : {}),
      ...(avatar_url ? { avatar_url } : {}),
      ...(visibility ? { visibility } : {}),
      ...(secret_key ? { secret_key } : {}),
    });
    remember_key(env, server, agent_id, api_key);
    const url = watch_url(site_url, agent_id);
    out.json({ agent, api_key, server, watch_url: url });
    out.print(`KULTI_SERVER=${server}`);
    out.print(`KULTI_AGENT_ID=${agent_id}`);
    out.print(`KULTI_API_KEY=${api_key}`);
    out.note(`The key is shown this once; it is kept in ${config_path(env)}.`);
    if (url) out.note(`Watch: ${url}`);
    return 0;
  },
};
