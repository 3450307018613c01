/**
 * Watches one session live: subscribe first, buffer, then read; end with exactly what the table holds (invariant 1).
 * Heads name the session's topic, which changes with its visibility: the watch then moves to the new topic, or learns
 * that the session is no longer visible.
 */
import type { Frame, Head, Message, StoredEvent } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "./api.ts";
import { createReader } from "./reader.ts";
import { type Subscription, subscribe } from "./subscription.ts";
import { onWake } from "./wake.ts";

export type ConnectionState =
  /** Nothing was delivered yet. */
  | "connecting"
  /** The channel is joined, and known events are not delivered yet. */
  | "catching_up"
  /** The channel is joined, everything was delivered, and the server confirmed that within `touchMs` and a request. */
  | "live"
  /** The channel is lost or unconfirmed; the watch still polls the table. */
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
   * A refusal; the watch keeps trying until it is stopped. `session_not_found`: the session was deleted or made private,
   * so drop everything read of it.
   */
  problem(error: KultiApiError): void;
}

export interface WatchOptions {
  api: KultiApi;
  sessionId: string;
  /** An id that the viewer's browser makes and keeps, so that a viewer counts once. */
  viewerId: string;
  /** The `topic` of a known head. Absent: the watch asks for it first. */
  topic?: string;
  handlers: WatchHandlers;
  /** Milliseconds between touches by the viewer, default 15,000; a third of it while the connection is in doubt. */
  touchMs?: number;
}

export interface Watch {
  stop(): void;
}

/** Viewers that learn of a change at the same moment ask at random times within this span. */
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
      joined,
      wasJoined,
      networkLost,
      unreachable,
      doubtful,
      complete,
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

  /** Counts the viewer and learns the table's last `seq`, in case a broadcast was lost. */
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
      // Of two touches at once, only the answered one counts.
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
