/**
 * The agent's end of the wire. Every verb returns at once and only puts an event into the queue: nothing here waits
 * for the network, throws into the agent or keeps its process alive.
 */
import type { DrainResult } from "./drain-result.ts";
import type { KultiAgent } from "./kulti-agent.ts";
import { type AgentOptions, readSettings } from "./options.ts";
import { createOutbox, type Outbox, silentOutbox } from "./outbox.ts";
import { createReport } from "./problem.ts";
import { createSender } from "./sender.ts";
import { toText } from "./to-text.ts";
import { createVerbs } from "./verbs.ts";

/** Never throws: it reports missing or wrong options to `onProblem`, and the agent's calls then do nothing. */
export function createAgent(given: AgentOptions = {}): KultiAgent {
  // Untyped code may pass null.
  const options = given ?? {};
  const report = createReport(options.onProblem);
  const settings = readSettings(options);
  if (settings.enabled && settings.offReason !== null) {
    const message = `Streaming is off: ${settings.offReason}.`;
    report({ code: "not_configured", message, dropped: 0 });
  }
  if (settings.ignored.length > 0) {
    const message = `Using defaults: ${settings.ignored.join("; ")}.`;
    report({ code: "bad_option", message, dropped: 0 });
  }
  const isOn = settings.enabled && settings.offReason === null;
  const outbox: Outbox = isOn
    ? createOutbox(settings, report, { endTexts: () => sender.endTexts(), crashed })
    : silentOutbox;
  if (options.onMessage) outbox.chat?.onMessage(options.onMessage);
  const { redaction } = settings;
  const sender = createSender(outbox, redaction, report);

  function crashed(error: unknown, isEnd: boolean): void {
    kultiAgent.error(error as Error);
    if (isEnd) kultiAgent.status("error");
  }

  const close = async (options?: { timeoutMs?: number }): Promise<DrainResult> => {
    sender.endTexts();
    return outbox.close(options?.timeoutMs);
  };

  const kultiAgent: KultiAgent = {
    ...createVerbs(sender.send),
    streamThought: sender.streamThought,
    event: sender.send,
    say: (text) => sender.safely(() => outbox.chat?.say(redaction.text(toText(text)))),
    onMessage: (handler) => outbox.chat?.onMessage(handler) ?? (() => {}),
    get sessionId() {
      return outbox.session?.id ?? null;
    },
    get pending() {
      return outbox.pending;
    },
    async flush() {
      sender.flushThoughts();
      await outbox.flush();
    },
    async drain(options) {
      sender.flushThoughts();
      return outbox.drain(options?.timeoutMs);
    },
    panic: () => outbox.panic(),
    close,
  };
  return kultiAgent;
}
