/**
 * The socket to Realtime with a limit on each wait: for the answer to a handshake, and for a connection that died
 * silently. The client library waits for the handshake for ever and notices a dead connection only after up to fifty
 * seconds.
 */
import { RealtimeClient } from "@supabase/realtime-js";
import { backoffMs } from "./backoff.ts";

export interface RealtimeOptions {
  url: string;
  publishableKey: string;
  /** The interval of heartbeats; an answer that is missing half an interval later means that the connection is dead. */
  heartbeatMs?: number;
  /** How long a handshake may take. */
  handshakeMs?: number;
}

export function createRealtime(options: RealtimeOptions): RealtimeClient {
  const { url, publishableKey, heartbeatMs = 10_000, handshakeMs = 10_000 } = options;
  let unanswered: ReturnType<typeof setTimeout> | undefined;
  const realtime = new RealtimeClient(url, {
    params: { apikey: publishableKey },
    heartbeatIntervalMs: heartbeatMs,
    heartbeatCallback(status) {
      clearTimeout(unanswered);
      // A heartbeat while another is unanswered makes the client give the connection up.
      if (status === "sent") unanswered = setTimeout(beat, heartbeatMs / 2);
    },
    reconnectAfterMs: backoffMs,
    ...(typeof WebSocket === "function" && { transport: impatientSocket(handshakeMs) }),
  });
  const beat = () => {
    if (realtime.pendingHeartbeatRef !== null) void realtime.sendHeartbeat();
  };
  return realtime;
}

function impatientSocket(handshakeMs: number): typeof WebSocket {
  return class extends WebSocket {
    constructor(...address: ConstructorParameters<typeof WebSocket>) {
      super(...address);
      const timer = setTimeout(() => this.close(), handshakeMs);
      const settled = () => clearTimeout(timer);
      this.addEventListener("open", settled);
      this.addEventListener("error", settled);
      this.addEventListener("close", settled);
    }
  };
}
