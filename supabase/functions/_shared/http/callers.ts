/**
 * Finds the agent of a request's key, before a byte of the body is read: a caller without a key costs one look-up, not
 * the decompression, parsing and conversion of a body.
 */
import { createNetworks } from "./address.ts";
import { findKeyHash, missingKey } from "./auth.ts";
import type { Database } from "./db.ts";
import type { Sender } from "./pool.ts";
import type { Rpcs } from "./rpcs.ts";
import { createTurns } from "./turns.ts";

export type Caller = Rpcs["authenticate_agent"]["result"] & { key_hash: string };

export interface Callers {
  /** @throws KultiError `missing_key`, `unknown_key`, `unavailable` */
  require(request: Request): Promise<Caller>;
  /** As `require`, or null when the request carries no agent's key. */
  find(request: Request): Promise<Caller | null>;
  /** @param caller null for a stranger */
  senderOf(request: Request, caller: Caller | null): Promise<Sender>;
}

export interface CallersOptions {
  /** How long a valid key is cached, and so how long a revoked one can make this worker read bodies. Default 30,000. */
  rememberMs?: number;
  /** Size of the cache; the least recently used key goes first. Default 2,000. */
  maxRemembered?: number;
  /** Look-ups at once. A flood of invented keys fills them, but cached keys need none. Default 4. */
  maxLookups?: number;
  /** Look-ups of one network that wait for their turn. Default 20. */
  maxWaiting?: number;
  /** Look-ups of all networks that wait. Default 500. */
  maxWaitingOfAll?: number;
  now?: () => number;
}

/** Caches valid keys only, because there is no end of invented ones. */
export function createCallers(database: Database, options: CallersOptions = {}): Callers {
  const { rememberMs = 30_000, maxRemembered = 2_000, now = Date.now } = options;
  const networks = createNetworks(database);
  const inTurn = createTurns({
    maxRunning: options.maxLookups ?? 4,
    maxWaiting: options.maxWaiting ?? 20,
    maxWaitingOfAll: options.maxWaitingOfAll ?? 500,
    refusal: "Cannot look up the key now: too many lookups are running. Try again.",
  });
  const known = new Map<string, { caller: Caller; untilMs: number }>();

  async function lookUp(keyHash: string, request: Request): Promise<Caller> {
    const found = known.get(keyHash);
    known.delete(keyHash);
    if (found && found.untilMs > now()) {
      known.set(keyHash, found);
      return found.caller;
    }
    const agent = await inTurn(await networks.of(request), () =>
      database.call("authenticate_agent", { key_hash: keyHash }),
    );
    const caller = { ...agent, key_hash: keyHash };
    known.set(keyHash, { caller, untilMs: now() + rememberMs });
    const [oldest] = known.keys();
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
    return caller;
  }

  async function find(request: Request): Promise<Caller | null> {
    const keyHash = await findKeyHash(request);
    return keyHash === null ? null : await lookUp(keyHash, request);
  }

  return {
    find,
    async require(request) {
      const caller = await find(request);
      if (caller === null) throw missingKey();
      return caller;
    },
    senderOf: async (request, caller) => ({
      agentId: caller?.agent_id ?? null,
      network: await networks.of(request),
    }),
  };
}
