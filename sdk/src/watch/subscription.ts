/**
 * A private channel that stays joined. The client library rejoins after a lost socket; after a close by the server (a
 * passed limit, an expired connection) it does not, so a new channel is made after a pause with jitter.
 */
import type { RealtimeChannel, RealtimeClient } from "@supabase/realtime-js";
import { backoff_ms } from "./backoff.ts";

export interface SubscriptionOptions {
  realtime: RealtimeClient;
  topic: string;
  /** By name of the broadcast. */
  broadcasts: Record<string, (payload: never) => void>;
  /** Joined, rejoined, or the server's replication is up: something may have been missed until now. */
  on_joined(): void;
  on_lost(reason: Error | undefined): void;
}

export interface Subscription {
  close(): void;
}

export function subscribe(options: SubscriptionOptions): Subscription {
  const { realtime, topic, broadcasts, on_joined, on_lost } = options;
  let channel: RealtimeChannel | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closes = 0;
  let closed = false;

  const join = () => {
    const joining = realtime.channel(topic, {
      config: { private: true, broadcast: { replication_ready: true } },
    });
    channel = joining;
    for (const [event, handle] of Object.entries(broadcasts)) {
      joining.on("broadcast", { event }, ({ payload }) => handle(payload as never));
    }
    joining.on("system", {}, ({ status }: { status?: string }) => {
      if (status === "ok") on_joined();
    });
    joining.subscribe((status, error) => {
      if (closed || channel !== joining) return;
      if (status === "SUBSCRIBED") {
        closes = 0;
        return on_joined();
      }
      on_lost(error);
      if (status === "CLOSED") rejoin();
    });
  };

  const rejoin = () => {
    channel = undefined;
    closes += 1;
    timer = setTimeout(join, backoff_ms(closes));
  };

  join();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
      if (channel) void realtime.removeChannel(channel);
    },
  };
}
