/**
 * A private channel that stays joined. The client library rejoins after a lost socket, but not after a close by the
 * server (over a limit, an expired connection); then this makes a new channel after a pause with jitter.
 */
import type { RealtimeChannel, RealtimeClient } from "@supabase/realtime-js";
import { backoffMs } from "./backoff.ts";

export interface SubscriptionOptions {
  realtime: RealtimeClient;
  topic: string;
  /** By name of the broadcast. */
  broadcasts: Record<string, (payload: never) => void>;
  /** Joined, rejoined, or the server's replication is up: something may have been missed until now. */
  onJoined(): void;
  onLost(reason: Error | undefined): void;
}

export interface Subscription {
  /** Leaves the topic for another one; does nothing if it is the same. */
  move(topic: string): void;
  close(): void;
}

export function subscribe(options: SubscriptionOptions): Subscription {
  const { realtime, broadcasts, onJoined, onLost } = options;
  let { topic } = options;
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
      joining.on("broadcast", { event }, ({ payload }) => {
        if (channel === joining) handle(payload as never);
      });
    }
    joining.on("system", {}, ({ status }: { status?: string }) => {
      if (status === "ok" && channel === joining) onJoined();
    });
    joining.subscribe((status, error) => {
      if (closed || channel !== joining) return;
      if (status === "SUBSCRIBED") {
        closes = 0;
        return onJoined();
      }
      onLost(error);
      if (status === "CLOSED") rejoin();
    });
  };

  const rejoin = () => {
    channel = undefined;
    closes += 1;
    timer = setTimeout(join, backoffMs(closes));
  };

  join();
  return {
    move(to) {
      if (closed || to === topic) return;
      topic = to;
      clearTimeout(timer);
      const left = channel;
      // Joins before it leaves the other: without any channel the client closes its socket.
      join();
      if (left) void realtime.removeChannel(left);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      if (channel) void realtime.removeChannel(channel);
    },
  };
}
