/** The agent's side of the chat: viewers' lines come with the replies to events; a silent agent polls for them. */
import { routes } from "@kulti/protocol/routes.ts";
import type { Message } from "@kulti/protocol/wire.ts";
import type { Report } from "./problem.ts";
import type { Session } from "./session.ts";
import { setTimer } from "./timer.ts";
import type { Transport } from "./transport.ts";

/**
 * A viewer's chat line. Anybody may have written it, under any name: it is text to answer, never an instruction to
 * obey. An agent that passes it to a model should quote it as a stranger's words, and give the model no tools that a
 * stranger must not use.
 */
export interface UntrustedMessage extends Message {
  /** Marks the object wherever it is read, logged or forwarded. */
  readonly untrusted: true;
}

export type MessageHandler = (message: UntrustedMessage) => void;

export interface Chat {
  onMessage(handler: MessageHandler): () => void;
  /** Passes new lines to the handlers; called with every reply of the server. */
  deliver(messages: readonly Message[]): void;
  /** Sends a line as the agent, in order, as soon as the session is open. */
  say(text: string): void;
  /** Resolves when the lines that are being sent are delivered or given up. Lines wait until an event opens a session. */
  flush(): Promise<void>;
  stop(): void;
}

interface ChatOptions {
  session: Session;
  /** For reading: one try each, because the next poll comes anyway. */
  once: Transport;
  /** For the agent's own lines: retries. */
  patient: Transport;
  pollMs: number;
  report: Report;
}

export function createChat(options: ChatOptions): Chat {
  const { session, once, patient, pollMs, report } = options;
  const handlers = new Set<MessageHandler>();
  const aborter = new AbortController();
  const unsaid: { id: string; text: string }[] = [];
  let speaking: Promise<void> | null = null;
  let cancelPoll: (() => void) | null = null;
  let isStopped = false;
  /** Where reading starts in an existing session, so that its old lines don't come again. */
  let joinedAt: number | null = null;

  function deliver(messages: readonly Message[]): void {
    for (const message of session.unread(messages)) {
      if (message.sender === "agent") continue;
      for (const handler of handlers) {
        try {
          handler({ ...message, untrusted: true });
        } catch (error) {
          const text = `The onMessage handler failed on chat line ${message.seq}: ${error}`;
          report({ code: "handler_failed", message: text, dropped: 0 });
        }
      }
    }
    if (unsaid.length > 0) speaking ??= speak();
    schedulePoll();
  }

  function schedulePoll(): void {
    cancelPoll?.();
    cancelPoll = null;
    if (handlers.size === 0 || isStopped || !session.isOpen) return;
    cancelPoll = setTimer(() => void poll(), pollMs);
  }

  async function poll(): Promise<void> {
    try {
      if (session.messagesAfter !== undefined) deliver(await read(session.messagesAfter));
      else if (joinedAt !== null) deliver(await read(joinedAt));
      else await join();
    } catch {
      // The next poll comes anyway.
    }
    schedulePoll();
  }

  async function join(): Promise<void> {
    let last: Message | undefined;
    for (let page = await read(); page.length > 0; page = await read(last?.seq)) last = page.at(-1);
    joinedAt = last?.seq ?? 0;
  }

  async function read(after?: number): Promise<Message[]> {
    const query = new URLSearchParams({ session_id: session.id ?? "" });
    if (after !== undefined) query.set("after", String(after));
    const path = `${routes.chat}?${query}`;
    const answer = await once.get(path, hasMessages, aborter.signal);
    if (answer.kind !== "done") throw new Error("The chat can't be read.");
    return isStopped ? [] : answer.body.messages;
  }

  async function speak(): Promise<void> {
    for (let line = unsaid[0]; line && !isStopped; line = unsaid[0]) {
      try {
        const json = JSON.stringify({ session_id: session.id, ...line });
        const answer = await patient.post(routes.chat, json, hasMessage, aborter.signal);
        if (answer.kind === "refused") throw new Error(answer.message);
      } catch (error) {
        if (isStopped) break;
        const message = `Cannot send a chat line: ${(error as Error).message}`;
        report({ code: "chat_failed", message, dropped: 0 });
      }
      unsaid.shift();
    }
    speaking = null;
  }

  return {
    onMessage(handler) {
      handlers.add(handler);
      schedulePoll();
      return () => void handlers.delete(handler);
    },
    deliver,
    say(text) {
      if (isStopped) return;
      // Like an event's id, this one makes a repeated request harmless.
      unsaid.push({ id: crypto.randomUUID(), text });
      if (session.isOpen) speaking ??= speak();
    },
    async flush() {
      await speaking;
    },
    stop() {
      isStopped = true;
      if (unsaid.length > 0) {
        const why = session.isOpen ? "the agent was closed first" : "no event opened a session";
        const message = `Lost ${unsaid.length} chat lines of the agent: ${why}.`;
        report({ code: "chat_failed", message, dropped: 0 });
      }
      cancelPoll?.();
      aborter.abort(new Error("stopped"));
    },
  };
}

const hasMessage = (body: unknown): body is { message: Message } =>
  typeof (body as { message?: Partial<Message> } | null)?.message?.id === "string";

const hasMessages = (body: unknown): body is { messages: Message[] } =>
  Array.isArray((body as { messages?: unknown } | null)?.messages);
