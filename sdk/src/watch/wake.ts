/** Signals that a browser has before its socket; none outside a browser. */
import type { RealtimeClient } from "@supabase/realtime-js";

export interface WakeHandlers {
  /** The tab is visible again, or the network is back. */
  woken(): void;
  /** The network is gone. */
  lost?(): void;
}

export function onWake(realtime: RealtimeClient, { woken, lost }: WakeHandlers): () => void {
  if (typeof document === "undefined") return () => {};
  const wake = () => {
    // Checks whether the socket is alive; one heartbeat at a time, because a second one means that it is dead.
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
