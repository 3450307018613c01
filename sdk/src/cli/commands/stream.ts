import { createInterface } from "node:readline";
import { ending_statuses, thought_types } from "@kulti/protocol/event.ts";
import { type EventLine, is_beside_events, read_event } from "../../import/index.ts";
import type { StatusData, ThoughtType } from "../../index.ts";
import { json_line } from "../../printable.ts";
import { type Command, choice_flag, server_options, session_option } from "../command.ts";
import { find_credentials } from "../credentials.ts";
import { go_on_stage, session_choice } from "../stage-run.ts";

export const stream: Command = {
  name: "stream",
  usage: "[--text] < events.ndjson",
  summary:
    "Send events from stdin as they come, one JSON object a line: " +
    '{"type":"thought","data":{"thought_type":"general","content":"Hello"}}; id and at may stand beside.',
  options: {
    text: { type: "boolean", help: "lines that are no JSON are thoughts" },
    type: { type: "string", help: "type of these thoughts; default general" },
    messages: {
      type: "boolean",
      help: "write chat lines of viewers, which are untrusted, to stdout as JSON",
    },
    ...server_options,
    ...session_option("new"),
  },
  examples: ["my-agent | kulti stream", "make 2>&1 | kulti stream --text --type observation"],
  async run(run) {
    const { flags, out } = run;
    const credentials = find_credentials(flags, run);
    const thought_type = choice_flag(flags, "type", thought_types) ?? "general";
    const choice = session_choice(run, "new");
    const stage = go_on_stage(run, credentials, choice);
    const { agent } = stage;
    if (flags.messages) {
      agent.on_message((message) => process.stdout.write(json_line({ message })));
    }
    const lines = createInterface({ input: run.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    run.signal.addEventListener("abort", () => lines.close(), { once: true });

    let number = 0;
    let sent = 0;
    let bad = 0;
    let has_ended = false;
    for await (const line of lines) {
      number++;
      if (stage.refusal || run.signal.aborted) break;
      if (line.trim() === "") continue;
      const read = read_line(line, flags.text === true, thought_type);
      if (read === null) continue;
      if (typeof read === "string") {
        bad++;
        out.complain(`line ${number}: ${read}`);
        continue;
      }
      has_ended = read.type === "status" && is_ending((read.data as StatusData).status);
      agent.event(read.type, read.data, read);
      sent++;
      await stage.room();
    }
    // A session that this command began ends with its input; what came from elsewhere goes on.
    if (choice === "new" && sent > 0 && !has_ended) {
      agent.status(run.signal.aborted ? "offline" : "done");
    }
    const exit = await stage.end();
    out.json({ sent, bad, session_id: agent.session_id });
    out.note(`${sent} event(s) sent${bad > 0 ? `, ${bad} bad line(s) left out` : ""}.`);
    if (run.signal.aborted) return 130;
    return bad > 0 ? 1 : exit;
  },
};

/** The event, or what is wrong with the line; null for what an exported session holds beside its events. */
function read_line(
  line: string,
  takes_text: boolean,
  thought_type: ThoughtType,
): EventLine | string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const is_object = typeof value === "object" && value !== null && !Array.isArray(value);
  if (takes_text && !(is_object && "type" in (value as object))) {
    return { type: "thought", data: { thought_type, content: line } };
  }
  if (!is_object) return "is no JSON object (--text takes such lines as thoughts)";
  const fields = value as Record<string, unknown>;
  return is_beside_events(fields) ? null : read_event(fields);
}

const is_ending = (status: string): boolean =>
  (ending_statuses as readonly string[]).includes(status);
