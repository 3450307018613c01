/**
 * Watches one session live: subscribe first, buffer, then read; end with exactly what the table holds (invariant 1).
 * Heads tell the session's topic. It changes with the session's visibility: then the watch moves to the new one, or
 * hears that there is no such session any more.
 */
import type { Frame, Head, Message, StoredEvent } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "./api.ts";
import { createReader } from "./reader.ts";
import { type Subscription, subscribe } from "./subscription.ts";
import { onWake } from "./wake.ts";

export type ConnectionState =
  /** Nothing was shown yet. */
  | "connecting"
  /** The channel is joined, and something that exists is not shown yet. */
  | "catching_up"
  /** The channel is joined, everything that exists was shown, and the server said so within `touchMs` and a request. */
  | "live"
  /** The channel is lost, or nothing confirms it; the table is still read from time to time. */
  | "reconnecting"
  /** The server can't be reached. */
  | "offline";

export interface WatchHandlers {
  /** In the order of `seq`, none missing, none twice. */
  events(batch: readonly StoredEvent[]): void;
  messages(batch: readonly Message[]): void;
  head(head: Head): void;
  connection(state: ConnectionState): void;
  /**
   * A refusal; the watch goes on trying unless it is stopped. `session_not_found`: the session was deleted or made
   * private, so whatever was read of it should be dropped.
   */
  problem(error: KultiApiError): void;
}

export interface WatchOptions {
  api: KultiApi;
  sessionId: string;
  /** Made by the viewer and kept; counts the viewer once. */
  viewerId: string;
  /** `topic` of a head that is known. Absent: it is asked for first. */
  topic?: string;
  handlers: WatchHandlers;
  /** How often the viewer says that it is there, default 15,000; a third of it while the connection is in doubt. */
  touchMs?: number;
}

export interface Watch {
  stop(): void;
}

/** Viewers that are told of a change at the same moment ask within this time. */
const changedWithinMs = 1_500;

export function watchSession(options: WatchOptions): Watch {
  const { api, sessionId, viewerId, handlers, touchMs = 15_000 } = options;
  const abort = new AbortController();
  let joined = false;
  let wasJoined = false;
  let unreachable = false;
  /** The last touch failed, and no broadcast has come since it was sent. */
  let doubtful = false;
  let heardAt = 0;
  let networkLost = false;
  let shownState: ConnectionState | undefined;
  let touchTimer: ReturnType<typeof setTimeout> | undefined;
  let subscription: Subscription | undefined;

  const showConnection = () => {
    const complete = events.isComplete();
    const state = connectionState({
      ...{ joined, wasJoined, networkLost, unreachable, doubtful, complete },
    });
    if (state === shownState) return;
    shownState = state;
    handlers.connection(state);
  };

  const failed = (error: unknown) => {
    const problem =
      error instanceof KultiApiError ? error : new KultiApiError(0, "unreachable", String(error));
    unreachable = problem.status === 0;
    if (!unreachable) handlers.problem(problem);
    showConnection();
  };

  const heard = () => {
    doubtful = false;
    heardAt = performance.now();
  };

  const reached = <T>(result: T): T => {
    unreachable = false;
    return result;
  };

  const events = createReader<StoredEvent>({
    read: (afterSeq, signal) => api.sessionEvents(sessionId, afterSeq, signal).then(reached),
    emit: handlers.events,
    onChange: () => showConnection(),
    onFailure: failed,
  });
  const messages = createReader<Message>({
    read: (afterSeq, signal) => api.sessionMessages(sessionId, afterSeq, signal),
    emit: handlers.messages,
    onChange: () => {},
    onFailure: failed,
  });

  const takeHead = (head: Head) => {
    listen(head.topic);
    handlers.head(head);
    events.signal({ kind: "known", to_seq: head.to_seq });
    messages.signal({ kind: "known", to_seq: head.messages_to });
  };

  /** Counts the viewer and learns how far the table goes: what a lost broadcast would have told. */
  const touch = async () => {
    clearTimeout(touchTimer);
    const sentAt = performance.now();
    let isAnswered = false;
    try {
      const head = await api.touchViewer(sessionId, viewerId, abort.signal);
      if (abort.signal.aborted) return;
      isAnswered = true;
      heard();
      takeHead(reached(head));
    } catch (error) {
      if (abort.signal.aborted) return;
      // Of two touches at once the one that was answered tells the truth.
      if (heardAt < sentAt) {
        doubtful = true;
        failed(error);
      }
    }
    showConnection();
    clearTimeout(touchTimer);
    const isSure = joined && !unreachable && isAnswered;
    touchTimer = setTimeout(touch, isSure ? touchMs : touchMs / 3);
  };

  const listen = (topic: string) => {
    if (subscription) return subscription.move(topic);
    subscription = subscribe({
      realtime: api.realtime,
      topic,
      broadcasts: {
        frame({ to_seq: toSeq, events: items }: Frame) {
          heard();
          events.signal({ kind: "broadcast", to_seq: toSeq, items });
        },
        head(head: Head) {
          heard();
          takeHead(head);
        },
        message(message: Message) {
          heard();
          messages.signal({ kind: "broadcast", to_seq: message.seq, items: [message] });
        },
        changed() {
          heard();
          clearTimeout(touchTimer);
          touchTimer = setTimeout(touch, Math.random() * changedWithinMs);
        },
      },
      onJoined() {
        joined = true;
        wasJoined = true;
        void touch();
      },
      onLost() {
        joined = false;
        showConnection();
        void touch();
      },
    });
  };
  const stopWaking = onWake(api.realtime, {
    woken() {
      networkLost = false;
      events.signal({ kind: "retry" });
      void touch();
    },
    lost() {
      networkLost = true;
      showConnection();
    },
  });
  showConnection();
  if (options.topic) listen(options.topic);
  else void touch();
  events.signal({ kind: "open" });
  messages.signal({ kind: "open" });

  return {
    stop() {
      abort.abort();
      clearTimeout(touchTimer);
      stopWaking();
      subscription?.close();
      events.stop();
      messages.stop();
    },
  };
}

interface Facts {
  joined: boolean;
  wasJoined: boolean;
  networkLost: boolean;
  unreachable: boolean;
  doubtful: boolean;
  complete: boolean;
}

function connectionState(facts: Facts): ConnectionState {
  const { joined, wasJoined, networkLost, unreachable, doubtful, complete } = facts;
  if (networkLost) return "offline";
  if (joined && !doubtful) return complete ? "live" : "catching_up";
  if (unreachable) return "offline";
  return wasJoined ? "reconnecting" : "connecting";
}
