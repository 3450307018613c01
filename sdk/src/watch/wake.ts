/** What a browser knows before a socket does; nothing happens outside a browser. */
import type { RealtimeClient } from "@supabase/realtime-js";

/** A socket that does not answer within this time after the network came back is given up. */
const probe_ms = 3_000;

export interface WakeHandlers {
  /** A tab came to the front again, or the network returned. */
  woken(): void;
  /** The network is gone. */
  lost?(): void;
}

export function on_wake(realtime: RealtimeClient, { woken, lost }: WakeHandlers): () => void {
  if (typeof document === "undefined") return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wake = () => {
    // A second heartbeat before the first was answered makes the client reconnect.
    void realtime.sendHeartbeat();
    clearTimeout(timer);
    timer = setTimeout(() => realtime.sendHeartbeat(), probe_ms);
    woken();
  };
  const when_visible = () => {
    if (document.visibilityState === "visible") wake();
  };
  const when_offline = () => lost?.();
  document.addEventListener("visibilitychange", when_visible);
  globalThis.addEventListener("online", wake);
  globalThis.addEventListener("offline", when_offline);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", when_visible);
    globalThis.removeEventListener("online", wake);
    globalThis.removeEventListener("offline", when_offline);
  };
}
