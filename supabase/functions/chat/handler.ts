/** Chat: viewers post, the agent reads and answers. Each route: authenticate, validate, one RPC, reply. */
import { address_headers } from "../_shared/http/address.ts";
import { require_key_hash } from "../_shared/http/auth.ts";
import { read_json } from "../_shared/http/body.ts";
import type { Caller, Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Route } from "../_shared/http/route.ts";
import { limits } from "../_shared/protocol/limits.ts";
import {
  parse_agent_message,
  parse_messages_query,
  parse_viewer_message,
} from "../_shared/protocol/schema.ts";
import { plain_name } from "./name.ts";

export interface ChatDeps {
  database: Database;
  callers: Callers;
}

const small_body = { limit_bytes: limits.small_body_bytes };

/** Messages in one reply of `GET /chat`; the agent asks again after the last one. */
const page_messages = 200;

/** Whoever brings an agent's key speaks as that agent, anyone else as a viewer. */
export async function post(request: Request, deps: ChatDeps): Promise<Response> {
  const caller = await deps.callers.find(request);
  return caller === null
    ? await post_as_viewer(request, deps)
    : await post_as_agent(request, deps, caller);
}

async function post_as_viewer(request: Request, deps: ChatDeps): Promise<Response> {
  const sent = parse_viewer_message(await read_json(request, small_body));
  const message = await deps.database.call("post_message", {
    message: { ...sent, name: plain_name(sent.name) },
    headers: address_headers(request),
  });
  return reply(201, { message });
}

async function post_as_agent(
  request: Request,
  deps: ChatDeps,
  { key_hash }: Caller,
): Promise<Response> {
  const sent = parse_agent_message(await read_json(request, small_body));
  const message = await deps.database.call("post_agent_message", { key_hash, message: sent });
  return reply(201, { message });
}

export async function read(request: Request, deps: ChatDeps): Promise<Response> {
  const key_hash = await require_key_hash(request);
  const query = parse_messages_query(new URL(request.url).searchParams);
  const messages = await deps.database.call("read_messages", {
    key_hash,
    ...query,
    max_rows: page_messages,
  });
  return reply(200, { messages });
}

export const chat_routes: readonly Route<ChatDeps>[] = [
  { method: "POST", pathname: "/chat", handle: post },
  { method: "GET", pathname: "/chat", handle: read },
];
