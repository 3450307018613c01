/** What a client asks for in its `phx_join`. Fields of a wrong type count as absent, as on the real server. */
import { randomUUID } from "node:crypto";
import { is_map } from "./serializer.ts";

export interface JoinConfig {
  private: boolean;
  ack: boolean;
  self: boolean;
  replication_ready: boolean;
  /** What the client sent as `replay`, undefined when it sent none. */
  replay: unknown;
  presence_enabled: boolean;
  presence_key: string;
  postgres_changes: Record<string, unknown>[];
}

export function parse_join_config(params: Record<string, unknown>): JoinConfig {
  const config = map_or_empty(params.config);
  const broadcast = map_or_empty(config.broadcast);
  const presence = map_or_empty(config.presence);
  const { key } = presence;
  return {
    private: flexible_boolean(config.private),
    ack: flexible_boolean(broadcast.ack),
    self: flexible_boolean(broadcast.self),
    replication_ready: flexible_boolean(broadcast.replication_ready),
    replay: broadcast.replay,
    presence_enabled: flexible_boolean(presence.enabled),
    presence_key: typeof key === "string" && key !== "" ? key : randomUUID(),
    postgres_changes: Array.isArray(config.postgres_changes)
      ? config.postgres_changes.filter(is_map)
      : [],
  };
}

function map_or_empty(value: unknown): Record<string, unknown> {
  return is_map(value) ? value : {};
}

/** True and false also come as strings, in any case. */
function flexible_boolean(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}
