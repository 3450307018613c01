/** What other sites show of a session: its card, and how to embed it. Each route: validate, one RPC, draw, reply. */
import type { Database } from "../_shared/http/db.ts";
import type { Params, Route } from "../_shared/http/route.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { uuid_pattern } from "../_shared/protocol/routes.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import { cached_reply } from "./cached-reply.ts";
import { draw_card } from "./card.ts";
import { oembed_of } from "./oembed.ts";
import { parse_oembed_query } from "./oembed-query.ts";
import {
  type Addresses,
  read_watch_address,
  require_site,
  type WatchAddress,
} from "./watch-address.ts";

export interface ShareDeps {
  /** Reads as anyone may, so that nothing else is ever shown. */
  database: Database<ViewerRpcs>;
  addresses: Addresses;
}

export async function card(
  request: Request,
  { database }: ShareDeps,
  { session_id = "" }: Params,
): Promise<Response> {
  if (!uuid_pattern.test(session_id)) throw no_session();
  const head = await database.call("session_head", { session_id });
  const svg = draw_card(head);
  return await cached_reply(request, svg, "image/svg+xml; charset=utf-8", max_age_s(head));
}

export async function oembed(request: Request, { database, addresses }: ShareDeps) {
  const query = parse_oembed_query(new URL(request.url).searchParams);
  const site_url = require_site(addresses);
  const address = read_watch_address(query.url, site_url);
  const head = await find_head(database, address);
  const body = JSON.stringify(oembed_of(head, address, query, { ...addresses, site_url }));
  return await cached_reply(request, body, "application/json; charset=utf-8", max_age_s(head));
}

/** The session that the address names, or the agent's latest. */
async function find_head(
  database: Database<ViewerRpcs>,
  { agent_id, session_id }: WatchAddress,
): Promise<Head> {
  const head = session_id
    ? await database.call("session_head", { session_id })
    : (await database.call("find_sessions", { agent_id, max_rows: 1 }))[0];
  if (head?.agent_id !== agent_id) throw no_session();
  return head;
}

const no_session = (): KultiError =>
  new KultiError(
    "session_not_found",
    "Cannot find the session: there is none that anyone may watch.",
  );

/**
 * Short also for a session that has ended, since it may be made private or deleted; whoever asks again with the ETag
 * gets a 304 while nothing has changed.
 */
const max_age_s = ({ live }: Head): number => (live ? 15 : 60);

export const share_routes: readonly Route<ShareDeps>[] = [
  { method: "GET", pathname: "/share/card/:session_id.svg", handle: card },
  { method: "GET", pathname: "/share/oembed", handle: oembed },
];
