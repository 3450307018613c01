/** What a browser knows before a socket does; nothing happens outside a browser. */
import type { RealtimeClient } from "@supabase/realtime-js";

export interface WakeHandlers {
  /** A tab came to the front again, or the network returned. */
  woken(): void;
  /** The network is gone. */
  lost?(): void;
}

export function on_wake(realtime: RealtimeClient, { woken, lost }: WakeHandlers): () => void {
  if (typeof document === "undefined") return () => {};
  const wake = () => {
    // Whether the socket is still alive; one heartbeat at a time, since a second one means that it is not.
    if (realtime.pendingHeartbeatRef === null) void realtime.sendHeartbeat();
    woken();
  };
  const when_visible = () => {
    if (document.visibilityState === "visible") wake();
  };
  // From the browser's cache of whole pages.
  const when_restored = ({ persisted }: PageTransitionEvent) => {
    if (persisted) wake();
  };
  const when_offline = () => lost?.();
  document.addEventListener("visibilitychange", when_visible);
  globalThis.addEventListener("pageshow", when_restored);
  globalThis.addEventListener("online", wake);
  globalThis.addEventListener("offline", when_offline);
  return () => {
    document.removeEventListener("visibilitychange", when_visible);
    globalThis.removeEventListener("pageshow", when_restored);
    globalThis.removeEventListener("online", wake);
    globalThis.removeEventListener("offline", when_offline);
  };
}
