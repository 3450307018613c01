/** Accepts a client's newer token and regularly checks the current one. A failed check closes the channel. */
import { AuthorizeError, mayNotRead, type Policies, readPolicies } from "./authorize.ts";
import type { Channel } from "./channel.ts";
import { TokenError } from "./token.ts";

const checkMs = 5 * 60_000;

/** Ignores publishable keys and the current token. */
export async function renewToken(channel: Channel, token: unknown): Promise<void> {
  if (typeof token !== "string" || token.startsWith("sb_") || token === channel.token) return;
  const { context, config, name, policies: before } = channel;
  channel.token = token;
  try {
    channel.claims = await context.verify(token);
    if (before) {
      const after = await readPolicies(context.lanes, channel.asker, config.presenceEnabled);
      if (!after.broadcast.read && !after.presence.read) {
        return channel.shutdown(mayNotRead(name));
      }
      if (revoked(before, after)) {
        const text = "You no longer have permission to read from this Channel topic";
        return channel.shutdown(`${text}: ${name}`);
      }
      channel.policies = after;
    }
    scheduleTokenCheck(channel);
  } catch (error) {
    channel.shutdown(describe(channel, error));
  }
}

/** Checks the token when it expires, and at least every five minutes. */
export function scheduleTokenCheck(channel: Channel): void {
  clearTimeout(channel.tokenTimer);
  if (channel.closed) return;
  const { claims, context, token } = channel;
  const leftMs = Math.max(0, claims.exp * 1000 - Date.now());
  const check = () =>
    context
      .verify(token)
      .then(
        () => scheduleTokenCheck(channel),
        (error) => channel.shutdown(describe(channel, error)),
      )
      .catch((error) => context.log(`UnknownErrorOnTokenCheck: ${error.message}`));
  channel.tokenTimer = setTimeout(check, Math.min(checkMs, leftMs)).unref();
}

function revoked(before: Policies, after: Policies): boolean {
  const lost = (extension: keyof Policies) =>
    before[extension].read === true && after[extension].read === false;
  return lost("broadcast") || lost("presence");
}

function describe({ name }: Channel, error: unknown): string {
  if (error instanceof TokenError) return error.message;
  if (!(error instanceof AuthorizeError)) throw error;
  if (error.kind === "rls") return mayNotRead(name);
  if (error.kind === "query_canceled") return "Query was cancelled, please try again";
  return "Realtime was unable to connect to the project database";
}
