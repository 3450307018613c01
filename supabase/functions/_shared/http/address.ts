import type { Database } from "./db.ts";

/** Same as the check of the setting `address_header` in SQL: x-forwarded-for, x-real-ip, cf-connecting-ip … */
const addressHeader = /^(x-forwarded-for|[a-z0-9-]{1,60}ip)$/;

/** A longer list of addresses must be invented. Only its end counts. */
const maxCharacters = 1_024;

/**
 * The request's headers that may hold the caller's network address. A setting of the database names the trusted one;
 * the database stores only a hash of it.
 */
export function addressHeaders(request: Request): Record<string, string> {
  const told: Record<string, string> = {};
  for (const [name, value] of request.headers) {
    if (addressHeader.test(name)) told[name] = value.slice(-maxCharacters);
  }
  return told;
}

export interface Networks {
  /** The network that sends the request, or null if no proxy names it. */
  of(request: Request): Promise<string | null>;
}

/**
 * Networks that share the room of this worker. They are read from the header that the setting `address_header` names, as
 * SQL reads them for its limits: any other header is written by the caller, or names a proxy that all callers share.
 */
export function createNetworks(database: Database, now: () => number = Date.now): Networks {
  let header = "x-forwarded-for";
  let isKnown = false;
  let askAgainMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  async function ask(): Promise<void> {
    try {
      header = await database.call("address_header", {});
      isKnown = true;
      askAgainMs = now() + refreshMs;
    } catch {
      // Calls that need the database report its failure. Networks work without it.
      askAgainMs = now() + retryMs;
    } finally {
      asking = null;
    }
  }

  return {
    async of(request) {
      if (now() >= askAgainMs) asking ??= ask();
      if (!isKnown) await asking;
      return networkOf(request.headers.get(header));
    },
  };
}

/** How long a change of the setting may take to reach this worker. */
const refreshMs = 60_000;
const retryMs = 1_000;

/** Same as `private.network_of` in SQL: an IPv4 address, or the /64 of an IPv6 address. A list's last entry counts. */
export function networkOf(header: string | null): string | null {
  const last = (header ?? "").split(",").at(-1)?.trim().slice(0, 60) ?? "";
  const bare = last.replace(/^\[(.*)\](:\d+)?$/, "$1").replace(/^::ffff:(?=[\d.]+$)/i, "");
  const v4 = /^(\d+\.\d+\.\d+\.\d+)(:\d+)?$/.exec(bare);
  if (v4) return v4[1] ?? null;
  if (!bare.includes(":") || !/^[\da-f:.]+$/i.test(bare)) return null;
  const [before = [], after = []] = bare
    .split("::", 2)
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0");
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(":");
}
