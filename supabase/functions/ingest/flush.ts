/** Share of the plan's messages for streaming; heads, chat and other sessions get the rest. */
const planShare = 0.7;

const minFlushMs = 50;
const maxFlushMs = 5_000;

/** Connections of Supabase's plans, by messages per second: Free (also the default of self-hosted Realtime), Pro, others. */
const connections: [planMessagesPerSecond: number, count: number][] = [
  [100, 200],
  [500, 500],
  [Number.POSITIVE_INFINITY, 10_000],
];

/**
 * How long an agent should gather events before its next request: a frame costs one message for the agent's side and
 * one for each viewer, so the more people watch, the fewer frames are sent. Realtime delivers to no more viewers than
 * the plan has connections, so viewers beyond that, who may be invented, change nothing.
 */
export function flushMs(viewers: number, planMessagesPerSecond: number): number {
  const [, most] = connections.find(([plan]) => planMessagesPerSecond <= plan) ?? [0, 0];
  const wanted = (1_000 * (1 + Math.min(viewers, most))) / (planShare * planMessagesPerSecond);
  return Math.round(Math.min(maxFlushMs, Math.max(minFlushMs, wanted)));
}

/** KULTI_REALTIME_MESSAGES_PER_SECOND: Supabase's plans allow 100 (Free), 500 (Pro) or 2,500. */
export function readMessagesPerSecond(text: string | undefined): number {
  const value = Number(text || 100);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(
    `Cannot start: KULTI_REALTIME_MESSAGES_PER_SECOND is "${text}"; expected a number above 0.`,
  );
}
