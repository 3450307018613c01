/** Keeps a page true to the sessions that there are. */
import type { Head } from "@kulti/protocol";
import { type KultiApi, watchLobby } from "kulti/watch";
import { show_connection } from "../frame/connection.ts";

const retry_ms = 5_000;
/** The channel promises no delivery. */
const refresh_ms = 60_000;
/** So long after a change the listing is read again: not by all pages at the same moment, and once for several. */
const changed_after_ms = { least: 1_000, most: 5_000 };

/** Told what the viewer should read while the server doesn't answer, and null once it does. */
type Trouble = (text: string | null) => void;

export interface Followed {
  take(head: Head): void;
  /** Drops the sessions of an agent: some of them are no longer public. */
  forget(agent_id: string): void;
  /** Reads the listing anew. */
  refresh(): Promise<void>;
  trouble: Trouble;
}

/** Listens to the lobby channel; reads the listing at first, each minute, and whenever something may have been missed. */
export function follow_lobby(api: KultiApi, followed: Followed): void {
  const { take, forget, refresh, trouble } = followed;
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
  let is_change_awaited = false;
  const changed = (agent_id: string) => {
    forget(agent_id);
    if (is_change_awaited) return;
    is_change_awaited = true;
    const { least, most } = changed_after_ms;
    const read_changed = () => {
      is_change_awaited = false;
      void read();
    };
    setTimeout(read_changed, least + Math.random() * (most - least));
  };
  void read();
  watchLobby({
    api,
    handlers: { head: take, changed, connection: show_connection, refresh: () => void read() },
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
