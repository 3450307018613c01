/** What this viewer says: shown at once, sent one after the other, kept with its reason when it was refused. */
import { type KultiApi, KultiApiError } from "kulti/watch";
import { random_uuid } from "./identity.ts";
import { create_store, type Store } from "./store.ts";

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
  api: Pick<KultiApi, "post_message">;
  session_id: string;
  viewer_id: string;
}

export function create_chat({ api, session_id, viewer_id }: ChatOptions): Chat {
  const outgoing = create_store<readonly Outgoing[]>([]);
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
      await api.post_message({ id, session_id, viewer_id, name, text });
      change(id, { state: "sent" });
    } catch (error) {
      change(id, { state: "failed", reason: reason_of(error) });
    }
  };
  const queue = (id: string) => {
    sending = sending.then(() => send(id));
  };

  return {
    outgoing,
    say(name, text) {
      const id = random_uuid();
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

function reason_of(error: unknown): string {
  if (!(error instanceof KultiApiError)) return "Not sent: something failed on this page.";
  if (error.code === "unreachable") return "Not sent: the server can't be reached.";
  if (error.code === "rate_limited") return "Not sent: that was too quick. Wait a moment.";
  return `Not sent: ${error.message}`;
}
