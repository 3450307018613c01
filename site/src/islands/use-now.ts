import { useEffect, useState } from "react";

/** The time in milliseconds, again every `every_ms`. */
export function useNow(every_ms: number): number {
  const [now, set_now] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => set_now(Date.now()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}
