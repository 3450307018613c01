/** This viewer's messages: shown at once, sent one by one. A refused message stays, with the reason. */
import { createStore, type Store } from "kulti/player";
import { type KultiApi, KultiApiError } from "kulti/watch";
import { randomUuid } from "./identity.ts";

export interface Outgoing {
  id: string;
  name: string;
  text: string;
  /** `sent` until the message comes back on the session's channel. */
  state: "sending" | "sent" | "failed";
  reason: string | null;
}

export interface Chat {
  readonly outgoing: Store<readonly Outgoing[]>;
  say(name: string, text: string): void;
  retry(id: string): void;
  discard(id: string): void;
}

export interface ChatOptions {
  api: Pick<KultiApi, "postMessage">;
  sessionId: string;
  viewerId: string;
}

export function createChat({ api, sessionId, viewerId }: ChatOptions): Chat {
  const outgoing = createStore<readonly Outgoing[]>([]);
  let sending: Promise<void> = Promise.resolve();

  const change = (id: string, changed: Partial<Outgoing>) =>
    outgoing.set(
      outgoing.get().map((message) => (message.id === id ? { ...message, ...changed } : message)),
    );

  const send = async (id: string) => {
    const message = outgoing.get().find((one) => one.id === id);
    if (!message) return;
    const { name, text } = message;
    try {
      await api.postMessage({ id, session_id: sessionId, viewer_id: viewerId, name, text });
      change(id, { state: "sent" });
    } catch (error) {
      change(id, { state: "failed", reason: reasonOf(error) });
    }
  };
  const queue = (id: string) => {
    sending = sending.then(() => send(id));
  };

  return {
    outgoing,
    say(name, text) {
      const id = randomUuid();
      outgoing.set([...outgoing.get(), { id, name, text, state: "sending", reason: null }]);
      queue(id);
    },
    retry(id) {
      change(id, { state: "sending", reason: null });
      queue(id);
    },
    discard: (id) => outgoing.set(outgoing.get().filter((message) => message.id !== id)),
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof KultiApiError)) return "Not sent: something failed on this page.";
  if (error.code === "unreachable") return "Not sent: the server can't be reached.";
  if (error.code === "rate_limited")
    return "Not sent: you are sending messages too fast. Wait a moment.";
  return `Not sent: ${error.message}`;
}
