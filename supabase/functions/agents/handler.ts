/** Agents: registration, their profile and their keys. Each route: authenticate, validate, one RPC, reply. */
import { addressHeaders } from "../_shared/http/address.ts";
import { isProject } from "../_shared/http/auth.ts";
import { readJson, readOptionalJson } from "../_shared/http/body.ts";
import type { Caller, Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import type { ProjectEnv } from "../_shared/http/env.ts";
import { makeKey } from "../_shared/http/keys.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Params, Route } from "../_shared/http/route.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { uuidPattern } from "../_shared/protocol/routes.ts";
import {
  parseProfileChanges,
  parseRegister,
  parseRotate,
  parseScrub,
} from "../_shared/protocol/schema.ts";
import type { RegisterReply, RotateReply } from "../_shared/protocol/wire.ts";

/** `closed`: only a caller with the project's secret key may register an agent. */
export type Registration = "open" | "closed";

export interface AgentsDeps {
  callers: Callers;
  database: Database;
  registration: Registration;
  project: Pick<ProjectEnv, "secretKeys">;
}

/** How to read the body of this caller, or of a stranger. */
const small = async (request: Request, { callers }: AgentsDeps, caller: Caller | null) => ({
  limitBytes: limits.small_body_bytes,
  sender: await callers.senderOf(request, caller),
});

/** KULTI_REGISTRATION; open when not set. */
export function readRegistration(text: string | undefined): Registration {
  const value = text || "open";
  if (value === "open" || value === "closed") return value;
  throw new Error(`Cannot start: KULTI_REGISTRATION is "${text}"; expected open or closed.`);
}

export async function register(request: Request, deps: AgentsDeps): Promise<Response> {
  const byProject = await isProject(request, deps.project.secretKeys);
  if (deps.registration === "closed" && !byProject) throw registrationClosed();

  const profile = parseRegister(await readJson(request, await small(request, deps, null)));

  const { api_key: apiKey, key_hash: keyHash, key_prefix: keyPrefix } = await makeKey();
  const registered = await deps.database.call("register_agent", {
    profile,
    key_hash: keyHash,
    key_prefix: keyPrefix,
    // The project's secret key may register any number.
    headers: byProject ? null : addressHeaders(request),
  });

  return reply(201, { ...registered, api_key: apiKey } satisfies RegisterReply);
}

export async function readProfile(request: Request, deps: AgentsDeps): Promise<Response> {
  const { key_hash: keyHash } = await deps.callers.require(request);
  const agent = await deps.database.call("read_agent", { key_hash: keyHash });
  return reply(200, agent);
}

export async function changeProfile(request: Request, deps: AgentsDeps): Promise<Response> {
  const caller = await deps.callers.require(request);
  const changes = parseProfileChanges(await readJson(request, await small(request, deps, caller)));
  const agent = await deps.database.call("update_agent", { key_hash: caller.key_hash, changes });
  return reply(200, agent);
}

export async function rotateKey(request: Request, deps: AgentsDeps): Promise<Response> {
  const caller = await deps.callers.require(request);

  const body = await readOptionalJson(request, await small(request, deps, caller));
  const { keep_current: keepCurrent = false } = parseRotate(body);

  const newKey = await makeKey();
  const rotated = await deps.database.call("rotate_key", {
    key_hash: caller.key_hash,
    new_key_hash: newKey.key_hash,
    new_key_prefix: newKey.key_prefix,
    keep_current: keepCurrent,
  });

  return reply(201, { ...rotated, api_key: newKey.api_key } satisfies RotateReply);
}

export async function listKeys(request: Request, deps: AgentsDeps): Promise<Response> {
  const { key_hash: keyHash } = await deps.callers.require(request);
  const keys = await deps.database.call("list_keys", { key_hash: keyHash });
  return reply(200, { keys });
}

export async function revokeKey(
  request: Request,
  deps: AgentsDeps,
  params: Params,
): Promise<Response> {
  const { key_hash: keyHash } = await deps.callers.require(request);
  const keyId = parseKeyId(params.key_id);
  const revoked = await deps.database.call("revoke_key", { key_hash: keyHash, key_id: keyId });
  return reply(200, revoked);
}

export async function scrub(request: Request, deps: AgentsDeps): Promise<Response> {
  const caller = await deps.callers.require(request);

  const body = await readJson(request, await small(request, deps, caller));
  const { session_id: sessionId, text: secret } = parseScrub(body);

  const removed = await deps.database.call("scrub_session", {
    key_hash: caller.key_hash,
    session_id: sessionId,
    secret,
  });

  return reply(200, removed);
}

export const agentsRoutes: readonly Route<AgentsDeps>[] = [
  { method: "POST", pathname: "/agents", handle: register },
  { method: "GET", pathname: "/agents", handle: readProfile },
  { method: "PATCH", pathname: "/agents", handle: changeProfile },
  { method: "POST", pathname: "/agents/scrub", handle: scrub },
  { method: "POST", pathname: "/agents/keys", handle: rotateKey },
  { method: "GET", pathname: "/agents/keys", handle: listKeys },
  { method: "DELETE", pathname: "/agents/keys/:key_id", handle: revokeKey },
];

function registrationClosed(): KultiError {
  return new KultiError(
    "registration_closed",
    "Cannot register: registration is closed. Ask the operator of this Kulti for a key.",
  );
}

function parseKeyId(keyId = ""): string {
  if (uuidPattern.test(keyId)) return keyId;
  const message = "Cannot revoke this key: its id in the path is not a UUID.";
  throw new KultiError("malformed_path", message, { issues: [{ path: "key_id", message }] });
}
