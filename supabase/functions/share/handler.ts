/** A session on other sites: its card, and how to embed it. Each route: validate, one RPC, draw, reply. */
import type { Networks } from "../_shared/http/address.ts";
import type { Database } from "../_shared/http/db.ts";
import type { Params, Route } from "../_shared/http/route.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { createTurns } from "../_shared/http/turns.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { uuidPattern } from "../_shared/protocol/routes.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import { cachedReply } from "./cached-reply.ts";
import { drawCard } from "./card.ts";
import { oembedOf } from "./oembed.ts";
import { parseOembedQuery } from "./oembed-query.ts";
import {
  type Addresses,
  readWatchAddress,
  requireSite,
  type WatchAddress,
} from "./watch-address.ts";

export interface ShareDeps {
  /** Reads with the rights that anyone has, so that it can show only public data. */
  database: Database<ViewerRpcs>;
  addresses: Addresses;
  networks: Networks;
}

/** Fitting a long text takes some milliseconds, on the cores that also ingest events. */
const drawing = createTurns({
  maxRunning: 2,
  maxWaiting: 10,
  maxWaitingOfAll: 100,
  refusal: "Cannot draw the card now: too many are being drawn. Try again.",
});

export async function card(
  request: Request,
  { database, networks }: ShareDeps,
  { session_id: sessionId = "" }: Params,
): Promise<Response> {
  if (!uuidPattern.test(sessionId)) throw noSession();
  const { head, svg } = await drawing(await networks.of(request), async () => {
    const head = await database.call("session_head", { session_id: sessionId });
    return { head, svg: drawCard(head) };
  });
  return await cachedReply(request, svg, "image/svg+xml; charset=utf-8", maxAgeS(head));
}

export async function oembed(request: Request, { database, addresses }: ShareDeps) {
  const query = parseOembedQuery(new URL(request.url).searchParams);
  const siteUrl = requireSite(addresses);
  const address = readWatchAddress(query.url, siteUrl);
  const head = await findHead(database, address);
  const body = JSON.stringify(oembedOf(head, address, query, { ...addresses, siteUrl }));
  return await cachedReply(request, body, "application/json; charset=utf-8", maxAgeS(head));
}

/** The session that the address names, or the agent's latest. */
async function findHead(
  database: Database<ViewerRpcs>,
  { agent_id: agentId, session_id: sessionId }: WatchAddress,
): Promise<Head> {
  const head = sessionId
    ? await database.call("session_head", { session_id: sessionId })
    : (await database.call("find_sessions", { agent_id: agentId, max_rows: 1 }))[0];
  if (head?.agent_id !== agentId) throw noSession();
  return head;
}

const noSession = (): KultiError =>
  new KultiError(
    "session_not_found",
    "Cannot find the session: no public session has this address.",
  );

/**
 * Short for ended sessions too, because they may become private or be deleted; a request with the ETag gets a 304 while
 * nothing has changed.
 */
const maxAgeS = ({ live }: Head): number => (live ? 15 : 60);

export const shareRoutes: readonly Route<ShareDeps>[] = [
  { method: "GET", pathname: "/share/card/:session_id.svg", handle: card },
  { method: "GET", pathname: "/share/oembed", handle: oembed },
];
