import { createInterface } from "node:readline";
import { endingStatuses, thoughtTypes } from "@kulti/protocol/event.ts";
import { type EventLine, isBesideEvents, readEvent } from "@kulti/recordings";
import { jsonLine } from "../../export/json-line.ts";
import type { StatusData, ThoughtType } from "../../index.ts";
import { type Command, choiceFlag, serverOptions, sessionOption } from "../command.ts";
import { findCredentials } from "../credentials.ts";
import { goOnStage, sessionChoice, tellAddress } from "../stage-run.ts";

export const stream: Command = {
  name: "stream",
  usage: "[--text] < events.ndjson",
  summary:
    "Send events from stdin as they arrive, one JSON object per line: " +
    '{"type":"thought","data":{"thought_type":"general","content":"Hello"}}; id and at are optional.',
  options: {
    text: { type: "boolean", help: "treat lines that are not JSON as thoughts" },
    type: { type: "string", help: "thought type of those lines; default general" },
    messages: {
      type: "boolean",
      help: "print viewers' chat lines, which are untrusted, as JSON",
    },
    ...serverOptions,
    ...sessionOption("new"),
  },
  examples: ["my-agent | kulti stream", "make 2>&1 | kulti stream --text --type observation"],
  async run(run) {
    const { flags, out } = run;
    const credentials = findCredentials(flags, run);
    const thoughtType = choiceFlag(flags, "type", thoughtTypes) ?? "general";
    const choice = sessionChoice(run, "new");
    const stage = goOnStage(run, credentials, choice);
    tellAddress(run, credentials);
    const { agent } = stage;
    if (flags.messages) {
      agent.onMessage((message) => process.stdout.write(jsonLine({ message })));
    }
    const lines = createInterface({ input: run.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    run.signal.addEventListener("abort", () => lines.close(), { once: true });

    let number = 0;
    let sent = 0;
    let bad = 0;
    let hasEnded = false;
    for await (const line of lines) {
      number++;
      if (stage.refusal || run.signal.aborted) break;
      if (line.trim() === "") continue;
      const read = readLine(line, flags.text === true, thoughtType);
      if (read === null) continue;
      if (typeof read === "string") {
        bad++;
        out.complain(`line ${number}: ${read}`);
        continue;
      }
      hasEnded = read.type === "status" && isEnding((read.data as StatusData).status);
      agent.event(read.type, read.data, read);
      sent++;
      await stage.room();
    }
    // A session that this command began ends with its input; an older one continues.
    if (choice === "new" && sent > 0 && !hasEnded) {
      agent.status(run.signal.aborted ? "offline" : "done");
    }
    const exit = await stage.end();
    out.json({ sent, bad, session_id: agent.sessionId });
    out.note(`${sent} event(s) sent${bad > 0 ? `, ${bad} bad line(s) skipped` : ""}.`);
    if (run.signal.aborted) return 130;
    return bad > 0 ? 1 : exit;
  },
};

/** The event, or the fault of the line; null for the lines of an exported session that are not events. */
function readLine(
  line: string,
  takesText: boolean,
  thoughtType: ThoughtType,
): EventLine | string | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = undefined;
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  if (takesText && !(isObject && "type" in (value as object))) {
    return { type: "thought", data: { thought_type: thoughtType, content: line } };
  }
  if (!isObject) return "is not a JSON object (use --text to send such lines as thoughts)";
  const fields = value as Record<string, unknown>;
  return isBesideEvents(fields) ? null : readEvent(fields);
}

const isEnding = (status: string): boolean =>
  (endingStatuses as readonly string[]).includes(status);
