/** Reads the session of a watch page from the page's server. */
import { agentIdPattern, uuidPattern } from "@kulti/protocol/routes.ts";
import type { Head } from "@kulti/protocol/wire.ts";
import { createKultiApi, type KultiApiOptions } from "kulti/watch";

/** The longest that a page waits for the head, which only link previews need. */
const patienceMs = 800;
/** The cache keeps a head this long, and at most this many pages. */
const keptMs = 10_000;
const maxKept = 500;

/** Null if the page names no session that anyone may watch, or if the server does not answer in time. */
export type ReadHead = (pathname: string) => Promise<Head | null>;

export function createHeadReader(server: KultiApiOptions): ReadHead {
  const api = createKultiApi(server);
  const kept = new Map<string, { head: Promise<Head | null>; until: number }>();

  const read = async (agentId: string, sessionId: string | undefined) => {
    const signal = AbortSignal.timeout(patienceMs);
    const head = sessionId
      ? await api.sessionHead(sessionId, signal)
      : (await api.findSessions({ agent_id: agentId, max_rows: 1 }, signal))[0];
    return head?.agent_id === agentId ? head : null;
  };

  return (pathname) => {
    const [page, agentId = "", sessionId] = pathname.split("/").filter(Boolean);
    const isSession = sessionId === undefined || uuidPattern.test(sessionId);
    if (page !== "watch" || !agentIdPattern.test(agentId) || !isSession) {
      return Promise.resolve(null);
    }
    const known = kept.get(pathname);
    if (known && known.until > Date.now()) return known.head;
    if (kept.size >= maxKept) kept.clear();
    const head = read(agentId, sessionId).catch(() => null);
    kept.set(pathname, { head, until: Date.now() + keptMs });
    return head;
  };
}
