/** Agents: registration, their profile and their keys. Each route: authenticate, validate, one RPC, reply. */
import { address_headers } from "../_shared/http/address.ts";
import { is_project, require_key_hash } from "../_shared/http/auth.ts";
import { read_json, read_optional_json } from "../_shared/http/body.ts";
import type { Callers } from "../_shared/http/callers.ts";
import type { Database } from "../_shared/http/db.ts";
import type { ProjectEnv } from "../_shared/http/env.ts";
import { make_key } from "../_shared/http/keys.ts";
import { reply } from "../_shared/http/reply.ts";
import type { Params, Route } from "../_shared/http/route.ts";
import { KultiError } from "../_shared/protocol/errors.ts";
import { limits } from "../_shared/protocol/limits.ts";
import { uuid_pattern } from "../_shared/protocol/routes.ts";
import { parse_profile_changes, parse_register, parse_rotate } from "../_shared/protocol/schema.ts";
import type { RegisterReply, RotateReply } from "../_shared/protocol/wire.ts";

/** `closed`: only a caller who holds the project's secret key may register an agent. */
export type Registration = "open" | "closed";

export interface AgentsDeps {
  callers: Callers;
  database: Database;
  registration: Registration;
  project: Pick<ProjectEnv, "secret_keys">;
}

const small_body = { limit_bytes: limits.small_body_bytes };

/** KULTI_REGISTRATION; open when not set. */
export function read_registration(text: string | undefined): Registration {
  const value = text || "open";
  if (value === "open" || value === "closed") return value;
  throw new Error(`Cannot start: KULTI_REGISTRATION is "${text}", open or closed was expected.`);
}

export async function register(request: Request, deps: AgentsDeps): Promise<Response> {
  const by_project = await is_project(request, deps.project.secret_keys);
  if (deps.registration === "closed" && !by_project) throw registration_closed();

  const profile = parse_register(await read_json(request, small_body));

  const { api_key, key_hash, key_prefix } = await make_key();
  const registered = await deps.database.call("register_agent", {
    profile,
    key_hash,
    key_prefix,
    // The project itself may register any number.
    headers: by_project ? null : address_headers(request),
  });

  return reply(201, { ...registered, api_key } satisfies RegisterReply);
}

export async function read_profile(request: Request, deps: AgentsDeps): Promise<Response> {
  const key_hash = await require_key_hash(request);
  const agent = await deps.database.call("update_agent", { key_hash, changes: {} });
  return reply(200, agent);
}

export async function change_profile(request: Request, deps: AgentsDeps): Promise<Response> {
  const { key_hash } = await deps.callers.require(request);
  const changes = parse_profile_changes(await read_json(request, small_body));
  const agent = await deps.database.call("update_agent", { key_hash, changes });
  return reply(200, agent);
}

export async function rotate_key(request: Request, deps: AgentsDeps): Promise<Response> {
  const { key_hash } = await deps.callers.require(request);

  const body = await read_optional_json(request, small_body);
  const { keep_current = false } = parse_rotate(body);

  const new_key = await make_key();
  const rotated = await deps.database.call("rotate_key", {
    key_hash,
    new_key_hash: new_key.key_hash,
    new_key_prefix: new_key.key_prefix,
    keep_current,
  });

  return reply(201, { ...rotated, api_key: new_key.api_key } satisfies RotateReply);
}

export async function list_keys(request: Request, deps: AgentsDeps): Promise<Response> {
  const key_hash = await require_key_hash(request);
  const keys = await deps.database.call("list_keys", { key_hash });
  return reply(200, { keys });
}

export async function revoke_key(
  request: Request,
  deps: AgentsDeps,
  params: Params,
): Promise<Response> {
  const key_hash = await require_key_hash(request);
  const key_id = parse_key_id(params.key_id);
  const revoked = await deps.database.call("revoke_key", { key_hash, key_id });
  return reply(200, revoked);
}

export const agents_routes: readonly Route<AgentsDeps>[] = [
  { method: "POST", pathname: "/agents", handle: register },
  { method: "GET", pathname: "/agents", handle: read_profile },
  { method: "PATCH", pathname: "/agents", handle: change_profile },
  { method: "POST", pathname: "/agents/keys", handle: rotate_key },
  { method: "GET", pathname: "/agents/keys", handle: list_keys },
  { method: "DELETE", pathname: "/agents/keys/:key_id", handle: revoke_key },
];

function registration_closed(): KultiError {
  return new KultiError(
    "registration_closed",
    "Cannot register: registration is closed here. Ask whoever runs this Kulti for a key.",
  );
}

function parse_key_id(key_id = ""): string {
  if (uuid_pattern.test(key_id)) return key_id;
  const message = "Cannot revoke this key: its id in the path is no UUID.";
  throw new KultiError("malformed_path", message, { issues: [{ path: "key_id", message }] });
}
