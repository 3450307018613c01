/** What a browser knows before a socket does; nothing happens outside a browser. */
import type { RealtimeClient } from "@supabase/realtime-js";

export interface WakeHandlers {
  /** A tab came to the front again, or the network returned. */
  woken(): void;
  /** The network is gone. */
  lost?(): void;
}

export function onWake(realtime: RealtimeClient, { woken, lost }: WakeHandlers): () => void {
  if (typeof document === "undefined") return () => {};
  const wake = () => {
    // Whether the socket is still alive; one heartbeat at a time, since a second one means that it is not.
    if (realtime.pendingHeartbeatRef === null) void realtime.sendHeartbeat();
    woken();
  };
  const whenVisible = () => {
    if (document.visibilityState === "visible") wake();
  };
  // From the browser's cache of whole pages.
  const whenRestored = ({ persisted }: PageTransitionEvent) => {
    if (persisted) wake();
  };
  const whenOffline = () => lost?.();
  document.addEventListener("visibilitychange", whenVisible);
  globalThis.addEventListener("pageshow", whenRestored);
  globalThis.addEventListener("online", wake);
  globalThis.addEventListener("offline", whenOffline);
  return () => {
    document.removeEventListener("visibilitychange", whenVisible);
    globalThis.removeEventListener("pageshow", whenRestored);
    globalThis.removeEventListener("online", wake);
    globalThis.removeEventListener("offline", whenOffline);
  };
}
