import { useEffect, useState } from "react";
import { server_now } from "../player/server-clock.ts";

/** The time in milliseconds, again every `every_ms`. */
export function useNow(every_ms: number): number {
  const [now, set_now] = useState(() => server_now());
  useEffect(() => {
    const timer = setInterval(() => set_now(server_now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}
