/** Asks, without a key, whether Kulti answers at a server. */
import { routes } from "@kulti/protocol/routes.ts";
import { type Answer, createTransport, type Fetch } from "./transport.ts";

const isHealth = (body: unknown): body is object =>
  (body as { status?: unknown } | null)?.status === "ok";

export const askHealth = (
  server: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Answer<object>> =>
  createTransport(server, null, fetch).get(routes.ingest_health, isHealth, signal);
