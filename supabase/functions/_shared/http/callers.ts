/**
 * Finds the agent of a request's key, before a byte of the body is read: a caller without a key costs one look-up, not
 * the decompression, parsing and conversion of a body.
 */
import { KultiError } from "../protocol/errors.ts";
import { findKeyHash, missingKey } from "./auth.ts";
import type { Database } from "./db.ts";
import type { Rpcs } from "./rpcs.ts";

export type Caller = Rpcs["authenticate_agent"]["result"] & { key_hash: string };

export interface Callers {
  /** @throws KultiError `missing_key`, `unknown_key`, `unavailable` */
  require(request: Request): Promise<Caller>;
  /** As `require`, or null when the request carries no agent's key. */
  find(request: Request): Promise<Caller | null>;
}

export interface CallersOptions {
  /** How long a valid key is cached, and so how long a revoked one can make this worker read bodies. Default 30,000. */
  rememberMs?: number;
  /** Size of the cache; the least recently used key goes first. Default 2,000. */
  maxRemembered?: number;
  /** Look-ups at once, which a flood of made-up keys fills. Cached keys need none. Default 4. */
  maxLookups?: number;
  /** Look-ups that wait for their turn. Default 100. */
  maxWaiting?: number;
  now?: () => number;
}

/** Caches valid keys only: made-up keys have no end. */
export function createCallers(database: Database, options: CallersOptions = {}): Callers {
  const { rememberMs = 30_000, maxRemembered = 2_000, now = Date.now } = options;
  const inTurn = createTurns(options.maxLookups ?? 4, options.maxWaiting ?? 100);
  const known = new Map<string, { caller: Caller; untilMs: number }>();

  async function lookUp(keyHash: string): Promise<Caller> {
    const found = known.get(keyHash);
    known.delete(keyHash);
    if (found && found.untilMs > now()) {
      known.set(keyHash, found);
      return found.caller;
    }
    const agent = await inTurn(() => database.call("authenticate_agent", { key_hash: keyHash }));
    const caller = { ...agent, key_hash: keyHash };
    known.set(keyHash, { caller, untilMs: now() + rememberMs });
    const [oldest] = known.keys();
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest);
    return caller;
  }

  async function find(request: Request): Promise<Caller | null> {
    const keyHash = await findKeyHash(request);
    return keyHash === null ? null : await lookUp(keyHash);
  }

  return {
    find,
    async require(request) {
      const caller = await find(request);
      if (caller === null) throw missingKey();
      return caller;
    },
  };
}

/** Runs at most `maxRunning` at once and lets at most `maxWaiting` wait, first come, first served. */
function createTurns(maxRunning: number, maxWaiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (running >= maxRunning) {
      if (waiting.length >= maxWaiting) throw crowded();
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running++;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

function crowded(): KultiError {
  const message = "Cannot look up the key now: too many lookups are running. Try again.";
  return new KultiError("unavailable", message, { retryAfterS: 1 });
}
