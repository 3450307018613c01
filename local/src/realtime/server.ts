/**
 * The embedded Realtime: broadcasts and presence as Supabase Realtime 2.129 speaks them to the stock client, private
 * channels decided by row-level security on `realtime.messages`, broadcasts from the database read from the WAL.
 * Not there: postgres_changes (refused with a `system` error), long polling, the tenant and metrics APIs.
 */
import { create_lanes } from "../database/lanes.ts";
import type { Service } from "../service.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { create_http } from "./http.ts";
import { Hub } from "./hub.ts";
import { default_limits, RateCounter, type RealtimeLimits } from "./limits.ts";
import { throttled } from "./log.ts";
import { maintain_partitions } from "./partitions.ts";
import { create_verifier } from "./token.ts";
import { create_upgrade } from "./upgrade.ts";
import { type DatabaseBroadcast, read_wal } from "./wal.ts";

export interface RealtimeOptions {
  /** A superuser's, such as supabase_admin's: it replicates, passes by policies and becomes any role. */
  db_url: string;
  /** HS256 secret of the project's JWTs. */
  jwt_secret: string;
  limits?: Partial<RealtimeLimits>;
  log?(line: string): void;
}

const POOL_SIZE = 5;
const IDLE_CHECK_MS = 10_000;
// Often, because a machine may have slept past the partitions that were made ahead.
const PARTITIONS_MS = 60_000;
const SERVICE_RESTART = 1012;

/**
 * Resolves when the WAL is being read, so that no broadcast is missed from then on; the real server connects when the
 * first client joins. Rejects when the database can't be reached or lacks `realtime.messages`.
 */
export async function create_realtime(options: RealtimeOptions): Promise<Required<Service>> {
  const limits = { ...default_limits, ...options.limits };
  const log = throttled(options.log ?? (() => {}));
  const rates = create_rates(limits, log);
  const hub = new Hub(rates.messages, rates.presence_messages);
  const lanes = create_lanes(options.db_url, {
    size: POOL_SIZE,
    application_name: "realtime_connect",
  });
  const query = async (text: string) => {
    const [rows = []] = await lanes.run({ read_only: false, statements: [{ text, values: [] }] });
    return rows;
  };
  const on_broadcast = (broadcast: DatabaseBroadcast) => {
    if (broadcast.body.length > limits.payload_bytes) throw new Error("payload_size_exceeded");
    if (rates.messages.exceeded) throw new Error("too_many_requests");
    rates.messages.add();
    hub.broadcast(broadcast.topic, broadcast.private, broadcast);
  };
  const connections = new Set<Connection>();
  const on_change = (is_open: boolean) => {
    for (const connection of connections) connection.replication_changed(is_open);
  };
  const silence_ms = limits.replication_silence_ms;
  const start = async () => {
    await maintain_partitions(query);
    return read_wal({ db_url: options.db_url, on_broadcast, on_change, silence_ms, log });
  };
  const wal = await start().catch(async (error) => {
    for (const rate of Object.values(rates)) rate.stop();
    await lanes.close();
    throw error;
  });
  const context: Context = {
    limits,
    lanes,
    hub,
    ...rates,
    verify: create_verifier(options.jwt_secret),
    replicating: wal.is_open,
    users: new Set(),
    log,
  };
  const check_idle = () => {
    for (const connection of connections) connection.check_idle();
  };
  const idle_check = setInterval(check_idle, Math.min(IDLE_CHECK_MS, limits.idle_ms / 2)).unref();
  const partitions = setInterval(() => {
    maintain_partitions(query).catch((error) => log(`PartitionCreationFailed: ${error.message}`));
  }, PARTITIONS_MS).unref();
  return {
    fetch: create_http(context),
    upgrade: create_upgrade(context, connections),
    async close() {
      clearInterval(idle_check);
      clearInterval(partitions);
      for (const rate of Object.values(rates)) rate.stop();
      for (const connection of connections) connection.close(SERVICE_RESTART);
      await wal.close();
      await lanes.close();
      for (const connection of connections) connection.drop();
    },
  };
}

function create_rates(limits: RealtimeLimits, log: (line: string) => void) {
  const rate = (limit: number, line: string) =>
    new RateCounter(limit, limits.rate_tick_ms, () => log(line));
  return {
    messages: rate(
      limits.messages_per_second,
      "MessagePerSecondRateLimitReached: Too many messages per second",
    ),
    presence_messages: rate(
      limits.presence_per_second,
      "PresenceRateLimitReached: Too many presence events per second",
    ),
    joins: rate(limits.joins_per_second, "ClientJoinRateLimitReached: Too many joins per second"),
  };
}
