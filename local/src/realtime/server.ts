/**
 * The embedded Realtime: broadcasts and presence as Supabase Realtime 2.129 speaks them to the stock client, private
 * channels that row-level security on `realtime.messages` controls, broadcasts from the database read from the WAL.
 * Not supported: postgres_changes (refused with a `system` error), long polling, the tenant and metrics APIs.
 */
import { Bodies, visitorLimits } from "../bodies.ts";
import { createLanes } from "../database/lanes.ts";
import type { Service } from "../service.ts";
import type { Connection } from "./connection.ts";
import type { Context } from "./context.ts";
import { createHttp } from "./http.ts";
import { Hub } from "./hub.ts";
import { defaultLimits, RateCounter, type RealtimeLimits } from "./limits.ts";
import { throttled } from "./log.ts";
import { maintainPartitions } from "./partitions.ts";
import { createVerifier } from "./token.ts";
import { createUpgrade } from "./upgrade.ts";
import { type DatabaseBroadcast, readWal } from "./wal.ts";

export interface RealtimeOptions {
  /** For a superuser such as supabase_admin, which replicates, bypasses policies and becomes any role. */
  db_url: string;
  /** HS256 secret of the project's JWTs. */
  jwt_secret: string;
  limits?: Partial<RealtimeLimits>;
  log?(line: string): void;
}

/** For a broadcast over HTTP: the limit of the real server's body parser. */
const secretKeyBytes = 8_000_000;
const poolSize = 5;
const idleCheckMs = 10_000;
// Often, because a machine may have been asleep for longer than the partitions made ahead last.
const partitionsMs = 60_000;
const serviceRestart = 1012;

/**
 * Resolves once it reads the WAL, so that it misses no later broadcast; the real server connects when the
 * first client joins. Rejects when the database can't be reached or lacks `realtime.messages`.
 */
export async function createRealtime(options: RealtimeOptions): Promise<Required<Service>> {
  const limits = { ...defaultLimits, ...options.limits };
  const log = throttled(options.log ?? (() => {}));
  const rates = createRates(limits, log);
  const hub = new Hub(rates.messages, rates.presenceMessages);
  const lanes = createLanes(options.db_url, {
    size: poolSize,
    applicationName: "realtime_connect",
  });
  const query = async (text: string) => {
    const [rows = []] = await lanes.run({ read_only: false, statements: [{ text, values: [] }] });
    return rows;
  };
  const onBroadcast = (broadcast: DatabaseBroadcast) => {
    if (broadcast.body.length > limits.payloadBytes) throw new Error("payload_size_exceeded");
    if (rates.messages.exceeded) throw new Error("too_many_requests");
    rates.messages.add();
    hub.broadcast(broadcast.topic, broadcast.private, broadcast);
  };
  const connections = new Set<Connection>();
  const onChange = (isOpen: boolean) => {
    for (const connection of connections) connection.replicationChanged(isOpen);
  };
  const silenceMs = limits.replicationSilenceMs;
  const start = async () => {
    await maintainPartitions(query);
    return readWal({ db_url: options.db_url, onBroadcast, onChange, silenceMs, log });
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
    bodies: new Bodies({ secretKeyBytes, ...visitorLimits }),
    ...rates,
    verify: createVerifier(options.jwt_secret),
    replicating: wal.isOpen,
    users: new Set(),
    log,
  };
  const checkIdle = () => {
    for (const connection of connections) connection.checkIdle();
  };
  const idleCheck = setInterval(checkIdle, Math.min(idleCheckMs, limits.idleMs / 2)).unref();
  const partitions = setInterval(() => {
    maintainPartitions(query).catch((error) => log(`PartitionCreationFailed: ${error.message}`));
  }, partitionsMs).unref();
  return {
    fetch: createHttp(context),
    upgrade: createUpgrade(context, connections),
    async close() {
      clearInterval(idleCheck);
      clearInterval(partitions);
      for (const rate of Object.values(rates)) rate.stop();
      for (const connection of connections) connection.close(serviceRestart);
      await wal.close();
      await lanes.close();
      for (const connection of connections) connection.drop();
    },
  };
}

function createRates(limits: RealtimeLimits, log: (line: string) => void) {
  const rate = (limit: number, line: string) =>
    new RateCounter(limit, limits.rateTickMs, () => log(line));
  return {
    messages: rate(
      limits.messagesPerSecond,
      "MessagePerSecondRateLimitReached: Too many messages per second",
    ),
    presenceMessages: rate(
      limits.presencePerSecond,
      "PresenceRateLimitReached: Too many presence events per second",
    ),
    joins: rate(limits.joinsPerSecond, "ClientJoinRateLimitReached: Too many joins per second"),
  };
}
