import { scrubSession } from "../../agent/scrub.ts";
import { type Command, readAll, serverOptions, UsageError } from "../command.ts";
import { findCredentials } from "../credentials.ts";
import { readSessionName } from "../fetch-session.ts";

export const scrub: Command = {
  name: "scrub",
  usage: "<session id|watch url> [<text>]",
  summary:
    "Remove a leaked text from a session: events, chat, search and stored broadcasts lose it, and open pages drop it within seconds. Without <text> it reads stdin, so that the text stays out of the shell's history.",
  options: serverOptions,
  examples: ["pbpaste | kulti scrub 6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11"],
  async run(run) {
    const [named, given, ...rest] = run.args;
    if (!named || rest.length > 0) throw new UsageError("give one session and one text");
    const { sessionId } = readSessionName(named);
    if (sessionId === null) throw new UsageError(`${named} names no session: give its id`);
    const { server, api_key: apiKey } = findCredentials(run.flags, run);
    const text = given ?? (await readAll(run.stdin)).replace(/\r?\n$/, "");
    const reply = await scrubSession({ server, apiKey, sessionId, text });
    run.out.json(reply);
    run.out.note(
      `Removed the text from ${reply.events} events and ${reply.messages} chat lines. Revoke the secret too: viewers may have copied it.`,
    );
    return 0;
  },
};
