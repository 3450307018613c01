/** Keeps a page's list of sessions up to date. */
import type { Head } from "@kulti/protocol";
import { type KultiApi, watchLobby } from "kulti/watch";
import { showConnection } from "../frame/connection.ts";

const retryMs = 5_000;
/** Needed because the channel does not guarantee delivery. */
const refreshMs = 60_000;
/** A page reads again a random delay after a change: pages don't all read at once, and several changes need one read. */
const changedAfterMs = { least: 1_000, most: 5_000 };

/** Gets a message for the viewer while the server doesn't answer, and null once it does. */
type ShowProblem = (text: string | null) => void;

export interface Listing {
  upsert(head: Head): void;
  /** Drops the sessions of an agent: some of them are no longer public. */
  forget(agentId: string): void;
  /** Reads the listing again. */
  refresh(): Promise<void>;
  showProblem: ShowProblem;
}

/** Listens to the lobby channel; reads the listing at first, each minute, and after each gap in the connection. */
export function syncListing(api: KultiApi, listing: Listing): void {
  const { upsert, forget, refresh, showProblem } = listing;
  let isWanted = false;
  let isReading = false;
  const read = async () => {
    isWanted = true;
    if (isReading) return;
    isReading = true;
    while (isWanted) {
      isWanted = false;
      await retryUntilAnswered(refresh, showProblem);
    }
    isReading = false;
  };
  let isChangeAwaited = false;
  const changed = (agentId: string) => {
    forget(agentId);
    if (isChangeAwaited) return;
    isChangeAwaited = true;
    const { least, most } = changedAfterMs;
    const readChanged = () => {
      isChangeAwaited = false;
      void read();
    };
    setTimeout(readChanged, least + Math.random() * (most - least));
  };
  void read();
  watchLobby({
    api,
    handlers: { head: upsert, changed, connection: showConnection, refresh: () => void read() },
  });
  setInterval(() => {
    if (document.visibilityState === "visible") void read();
  }, refreshMs);
}

export async function retryUntilAnswered<T>(
  ask: () => Promise<T>,
  showProblem: ShowProblem,
): Promise<T> {
  for (;;) {
    try {
      const answer = await ask();
      showProblem(null);
      return answer;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      showProblem(`The server doesn't answer; retrying automatically. ${reason}`);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}
