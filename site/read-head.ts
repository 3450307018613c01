/** Which session a watch page is about, read from the server it belongs to. */
import { agent_id_pattern, uuid_pattern } from "@kulti/protocol/routes.ts";
import type { Head } from "@kulti/protocol/wire.ts";
import { createKultiApi, type KultiApiOptions } from "kulti/watch";

/** A page waits no longer for what only link previews need. */
const patience_ms = 800;
/** As long as that, and no more pages than that, what was read is read again from here. */
const kept_ms = 10_000;
const most_kept = 500;

/** Null where the page names no session that anyone may watch, or the server does not answer in time. */
export type ReadHead = (pathname: string) => Promise<Head | null>;

export function create_head_reader(server: KultiApiOptions): ReadHead {
  const api = createKultiApi(server);
  const kept = new Map<string, { head: Promise<Head | null>; until: number }>();

  const read = async (agent_id: string, session_id: string | undefined) => {
    const signal = AbortSignal.timeout(patience_ms);
    const head = session_id
      ? await api.session_head(session_id, signal)
      : (await api.find_sessions({ agent_id, max_rows: 1 }, signal))[0];
    return head?.agent_id === agent_id ? head : null;
  };

  return (pathname) => {
    const [page, agent_id = "", session_id] = pathname.split("/").filter(Boolean);
    const is_session = session_id === undefined || uuid_pattern.test(session_id);
    if (page !== "watch" || !agent_id_pattern.test(agent_id) || !is_session) {
      return Promise.resolve(null);
    }
    const known = kept.get(pathname);
    if (known && known.until > Date.now()) return known.head;
    if (kept.size >= most_kept) kept.clear();
    const head = read(agent_id, session_id).catch(() => null);
    kept.set(pathname, { head, until: Date.now() + kept_ms });
    return head;
  };
}
