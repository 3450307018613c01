/** Chat: viewers post, the agent reads and answers. Each route: authenticate, validate, one RPC, reply. */
import { addressHeaders } from "../_shared/http/address.ts";
import { readJson } from "../_shared/http/body.ts";
import type { Caller, Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Route } from "../_shared/http/route.ts";
import { limits } from "../_shared/protocol/limits.ts";
import {
  parseAgentMessage,
  parseMessagesQuery,
  parseViewerMessage,
} from "../_shared/protocol/schema.ts";
import { plainName } from "./name.ts";

export interface ChatDeps {
  database: Database;
  callers: Callers;
}

/** Reads the body of this caller, or of a stranger. */
const readBody = async (
  request: Request,
  { callers }: ChatDeps,
  caller: Caller | null,
): Promise<unknown> =>
  readJson(request, {
    limitBytes: limits.chat_body_bytes,
    sender: await callers.senderOf(request, caller),
  });

/** Messages in one reply of `GET /chat`; the agent asks again after the last one. */
const pageMessages = 200;

/** A caller with an agent's key speaks as that agent, anyone else as a viewer. */
export async function post(request: Request, deps: ChatDeps): Promise<Response> {
  const caller = await deps.callers.find(request);
  return caller === null
    ? await postAsViewer(request, deps)
    : await postAsAgent(request, deps, caller);
}

async function postAsViewer(request: Request, deps: ChatDeps): Promise<Response> {
  const sent = parseViewerMessage(await readBody(request, deps, null));
  const message = await deps.database.call("post_message", {
    message: { ...sent, name: plainName(sent.name) },
    headers: addressHeaders(request),
  });
  return reply(201, { message });
}

async function postAsAgent(request: Request, deps: ChatDeps, caller: Caller): Promise<Response> {
  const sent = parseAgentMessage(await readBody(request, deps, caller));
  const message = await deps.database.call("post_agent_message", {
    key_hash: caller.key_hash,
    message: sent,
  });
  return reply(201, { message });
}

export async function read(request: Request, deps: ChatDeps): Promise<Response> {
  const { key_hash: keyHash } = await deps.callers.require(request);
  const query = parseMessagesQuery(new URL(request.url).searchParams);
  const messages = await deps.database.call("read_messages", {
    key_hash: keyHash,
    ...query,
    max_rows: pageMessages,
  });
  return reply(200, { messages });
}

export const chatRoutes: readonly Route<ChatDeps>[] = [
  { method: "POST", pathname: "/chat", handle: post },
  { method: "GET", pathname: "/chat", handle: read },
];
