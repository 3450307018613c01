/**
 * The socket to Realtime, with an end to each of its waits: a handshake that is never answered, and a connection that
 * is dead without anybody having said so. The client library bounds neither well: it waits for the handshake for ever,
 * and notices a dead connection after up to fifty seconds.
 */
import { RealtimeClient } from "@supabase/realtime-js";
import { backoff_ms } from "./backoff.ts";

export interface RealtimeOptions {
  url: string;
  publishable_key: string;
  /** How often a heartbeat is sent; half of it later a missing answer means that the connection is dead. */
  heartbeat_ms?: number;
  /** How long a handshake may take. */
  handshake_ms?: number;
}

export function create_realtime(options: RealtimeOptions): RealtimeClient {
  const { url, publishable_key, heartbeat_ms = 10_000, handshake_ms = 10_000 } = options;
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const realtime = new RealtimeClient(url, {
    params: { apikey: publishable_key },
    heartbeatIntervalMs: heartbeat_ms,
    heartbeatCallback(status) {
      clearTimeout(unanswered);
      // A heartbeat while another is unanswered makes the client give the connection up.
      if (status === "sent") unanswered = setTimeout(beat, heartbeat_ms / 2);
    },
    reconnectAfterMs: backoff_ms,
    ...(typeof WebSocket === "function" && { transport: impatient_socket(handshake_ms) }),
  });
  const beat = () => {
    if (realtime.pendingHeartbeatRef !== null) void realtime.sendHeartbeat();
  };
  return realtime;
}

function impatient_socket(handshake_ms: number): typeof WebSocket {
  return class extends WebSocket {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      const timer = setTimeout(() => this.close(), handshake_ms);
      const settled = () => clearTimeout(timer);
      this.addEventListener("open", settled);
      this.addEventListener("error", settled);
      this.addEventListener("close", settled);
    }
  };
}
