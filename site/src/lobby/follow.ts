/** Keeps a page true to the sessions that there are. */
import type { Head } from "@kulti/protocol";
import { type KultiApi, watchLobby } from "kulti/watch";
import { show_connection } from "../frame/connection.ts";

const retry_ms = 5_000;
/** The channel promises no delivery, and does not tell of sessions that were deleted or are no longer public. */
const refresh_ms = 60_000;

/** Told what the viewer should read while the server doesn't answer, and null once it does. */
type Trouble = (text: string | null) => void;

export interface Followed {
  take(head: Head): void;
  /** Reads the listing anew. */
  refresh(): Promise<void>;
  trouble: Trouble;
}

/** Listens to the lobby channel; reads the listing at first, each minute, and whenever something may have been missed. */
export function follow_lobby(api: KultiApi, { take, refresh, trouble }: Followed): void {
  let is_wanted = false;
  let is_reading = false;
  const read = async () => {
    is_wanted = true;
    if (is_reading) return;
    is_reading = true;
    while (is_wanted) {
      is_wanted = false;
      await until_answered(refresh, trouble);
    }
    is_reading = false;
  };
  void read();
  watchLobby({
    api,
    handlers: { head: take, connection: show_connection, refresh: () => void read() },
  });
  setInterval(() => {
    if (document.visibilityState === "visible") void read();
  }, refresh_ms);
}

export async function until_answered<T>(ask: () => Promise<T>, trouble: Trouble): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      trouble(null);
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      trouble(`The server doesn't answer; it is tried again by itself. ${reason}`);
      await new Promise((resolve) => setTimeout(resolve, retry_ms));
    }
  }
}
