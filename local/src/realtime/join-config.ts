/** A client's requests in its `phx_join`. Fields of a wrong type count as absent, as on the real server. */
import { randomUUID } from "node:crypto";
import { isMap } from "./serializer.ts";

export interface JoinConfig {
  private: boolean;
  ack: boolean;
  self: boolean;
  replication_ready: boolean;
  /** The client's `replay`, if it sent one. */
  replay: unknown;
  presenceEnabled: boolean;
  presenceKey: string;
  postgres_changes: Record<string, unknown>[];
}

export function parseJoinConfig(params: Record<string, unknown>): JoinConfig {
  const config = mapOrEmpty(params.config);
  const broadcast = mapOrEmpty(config.broadcast);
  const presence = mapOrEmpty(config.presence);
  const { key } = presence;
  return {
    private: flexibleBoolean(config.private),
    ack: flexibleBoolean(broadcast.ack),
    self: flexibleBoolean(broadcast.self),
    replication_ready: flexibleBoolean(broadcast.replication_ready),
    replay: broadcast.replay,
    presenceEnabled: flexibleBoolean(presence.enabled),
    presenceKey: typeof key === "string" && key !== "" ? key : randomUUID(),
    postgres_changes: Array.isArray(config.postgres_changes)
      ? config.postgres_changes.filter(isMap)
      : [],
  };
}

function mapOrEmpty(value: unknown): Record<string, unknown> {
  return isMap(value) ? value : {};
}

/** Clients also send true and false as strings, in upper or lower case. */
function flexibleBoolean(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}
