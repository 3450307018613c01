/**
 * Watches one session live: subscribe first, buffer, then read; end with exactly what the table holds (invariant 1).
 * Heads tell the session's topic. It changes with the session's visibility: then the watch moves to the new one, or
 * hears that there is no such session any more.
 */
import type { Frame, Head, Message, StoredEvent } from "@kulti/protocol";
import { type KultiApi, KultiApiError } from "./api.ts";
import { create_reader } from "./reader.ts";
import { type Subscription, subscribe } from "./subscription.ts";
import { on_wake } from "./wake.ts";

export type ConnectionState =
  /** Nothing was shown yet. */
  | "connecting"
  /** The channel is joined, and something that exists is not shown yet. */
  | "catching_up"
  /** The channel is joined, everything that exists was shown, and the server said so within `touch_ms` and a request. */
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
  session_id: string;
  /** Made by the viewer and kept; counts the viewer once. */
  viewer_id: string;
  /** `topic` of a head that is known. Absent: it is asked for first. */
  topic?: string;
  handlers: WatchHandlers;
  /** How often the viewer says that it is there, default 15,000; a third of it while the connection is in doubt. */
  touch_ms?: number;
}

export interface Watch {
  stop(): void;
}

/** Viewers that are told of a change at the same moment ask within this time. */
const changed_within_ms = 1_500;

export function watchSession(options: WatchOptions): Watch {
  const { api, session_id, viewer_id, handlers, touch_ms = 15_000 } = options;
  const abort = new AbortController();
  let joined = false;
  let was_joined = false;
  let unreachable = false;
  /** The last touch failed, and no broadcast has come since it was sent. */
  let doubtful = false;
  let heard_at = 0;
  let network_lost = false;
  let shown_state: ConnectionState | undefined;
  let touch_timer: ReturnType<typeof setTimeout> | undefined;
  let subscription: Subscription | undefined;

  const show_connection = () => {
    const complete = events.is_complete();
    const state = connection_state({
      ...{ joined, was_joined, network_lost, unreachable, doubtful, complete },
    });
    if (state === shown_state) return;
    shown_state = state;
    handlers.connection(state);
  };

  const failed = (error: unknown) => {
    const problem =
      error instanceof KultiApiError ? error : new KultiApiError(0, "unreachable", String(error));
    unreachable = problem.status === 0;
    if (!unreachable) handlers.problem(problem);
    show_connection();
  };

  const heard = () => {
    doubtful = false;
    heard_at = performance.now();
  };

  const reached = <T>(result: T): T => {
    unreachable = false;
    return result;
  };

  const events = create_reader<StoredEvent>({
    read: (after_seq, signal) => api.session_events(session_id, after_seq, signal).then(reached),
    emit: handlers.events,
    on_change: () => show_connection(),
    on_failure: failed,
  });
  const messages = create_reader<Message>({
    read: (after_seq, signal) => api.session_messages(session_id, after_seq, signal),
    emit: handlers.messages,
    on_change: () => {},
    on_failure: failed,
  });

  const take_head = (head: Head) => {
    listen(head.topic);
    handlers.head(head);
    events.signal({ kind: "known", to_seq: head.to_seq });
    messages.signal({ kind: "known", to_seq: head.messages_to });
  };

  /** Counts the viewer and learns how far the table goes: what a lost broadcast would have told. */
  const touch = async () => {
    clearTimeout(touch_timer);
    const sent_at = performance.now();
    let is_answered = false;
    try {
      const head = await api.touch_viewer(session_id, viewer_id, abort.signal);
      if (abort.signal.aborted) return;
      is_answered = true;
      heard();
      take_head(reached(head));
    } catch (error) {
      if (abort.signal.aborted) return;
      // Of two touches at once the one that was answered tells the truth.
      if (heard_at < sent_at) {
        doubtful = true;
        failed(error);
      }
    }
    show_connection();
    clearTimeout(touch_timer);
    const is_sure = joined && !unreachable && is_answered;
    touch_timer = setTimeout(touch, is_sure ? touch_ms : touch_ms / 3);
  };

  const listen = (topic: string) => {
    if (subscription) return subscription.move(topic);
    subscription = subscribe({
      realtime: api.realtime,
      topic,
      broadcasts: {
        frame({ to_seq, events: items }: Frame) {
          heard();
          events.signal({ kind: "broadcast", to_seq, items });
        },
        head(head: Head) {
          heard();
          take_head(head);
        },
        message(message: Message) {
          heard();
          messages.signal({ kind: "broadcast", to_seq: message.seq, items: [message] });
        },
        changed() {
          heard();
          clearTimeout(touch_timer);
          touch_timer = setTimeout(touch, Math.random() * changed_within_ms);
        },
      },
      on_joined() {
        joined = true;
        was_joined = true;
        void touch();
      },
      on_lost() {
        joined = false;
        show_connection();
        void touch();
      },
    });
  };
  const stop_waking = on_wake(api.realtime, {
    woken() {
      network_lost = false;
      events.signal({ kind: "retry" });
      void touch();
    },
    lost() {
      network_lost = true;
      show_connection();
    },
  });
  show_connection();
  if (options.topic) listen(options.topic);
  else void touch();
  events.signal({ kind: "open" });
  messages.signal({ kind: "open" });

  return {
    stop() {
      abort.abort();
      clearTimeout(touch_timer);
      stop_waking();
      subscription?.close();
      events.stop();
      messages.stop();
    },
  };
}

interface Facts {
  joined: boolean;
  was_joined: boolean;
  network_lost: boolean;
  unreachable: boolean;
  doubtful: boolean;
  complete: boolean;
}

function connection_state(facts: Facts): ConnectionState {
  const { joined, was_joined, network_lost, unreachable, doubtful, complete } = facts;
  if (network_lost) return "offline";
  if (joined && !doubtful) return complete ? "live" : "catching_up";
  if (unreachable) return "offline";
  return was_joined ? "reconnecting" : "connecting";
}
