/**
 * Whose key a request carries. It is asked before a byte of the body is read: whoever has no key costs one look-up, not
 * the inflating, parsing and converting of what was sent.
 */
import { KultiError } from "../protocol/errors.ts";
import { find_key_hash, missing_key } from "./auth.ts";
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
  /** How long a good key is remembered: so long may a revoked one make this worker read a body. Default 30,000. */
  remember_ms?: number;
  /** Good keys that are remembered; the one that was used the longest ago goes first. Default 2,000. */
  max_remembered?: number;
  /** Look-ups at once, which a flood of made-up keys fills. Remembered keys need none. Default 4. */
  max_lookups?: number;
  /** Look-ups that wait for their turn. Default 100. */
  max_waiting?: number;
  now?: () => number;
}

/** Only good keys are remembered: those that somebody makes up have no end. */
export function create_callers(database: Database, options: CallersOptions = {}): Callers {
  const { remember_ms = 30_000, max_remembered = 2_000, now = Date.now } = options;
  const in_turn = create_turns(options.max_lookups ?? 4, options.max_waiting ?? 100);
  const known = new Map<string, { caller: Caller; until_ms: number }>();

  async function look_up(key_hash: string): Promise<Caller> {
    const found = known.get(key_hash);
    known.delete(key_hash);
    if (found && found.until_ms > now()) {
      known.set(key_hash, found);
      return found.caller;
    }
    const agent = await in_turn(() => database.call("authenticate_agent", { key_hash }));
    const caller = { ...agent, key_hash };
    known.set(key_hash, { caller, until_ms: now() + remember_ms });
    const [oldest] = known.keys();
    if (known.size > max_remembered && oldest !== undefined) known.delete(oldest);
    return caller;
  }

  async function find(request: Request): Promise<Caller | null> {
    const key_hash = await find_key_hash(request);
    return key_hash === null ? null : await look_up(key_hash);
  }

  return {
    find,
    async require(request) {
      const caller = await find(request);
      if (caller === null) throw missing_key();
      return caller;
    },
  };
}

/** Runs at most `max_running` at once and lets at most `max_waiting` wait, first come, first served. */
function create_turns(max_running: number, max_waiting: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <Result>(run: () => Promise<Result>): Promise<Result> => {
    if (running >= max_running) {
      if (waiting.length >= max_waiting) throw crowded();
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
  const message = "Cannot look up the key just now: too many are being looked up. Send it again.";
  return new KultiError("unavailable", message, { retry_after_s: 1 });
}
