/** Share of the plan's messages that streaming may take; the rest is left for heads, chat and other sessions. */
const plan_share = 0.7;

const min_flush_ms = 50;
const max_flush_ms = 5_000;

/**
 * How long an agent should gather events before its next request: a frame costs one message for the agent's side and
 * one for each viewer, so the more people watch, the fewer frames are sent.
 */
export function flush_ms(viewers: number, plan_messages_per_second: number): number {
  const wanted = (1_000 * (1 + viewers)) / (plan_share * plan_messages_per_second);
  return Math.round(Math.min(max_flush_ms, Math.max(min_flush_ms, wanted)));
}

/** KULTI_REALTIME_MESSAGES_PER_SECOND: Supabase's plans allow 100 (Free), 500 (Pro) or 2,500. */
export function read_messages_per_second(text: string | undefined): number {
  const value = Number(text || 100);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(
    `Cannot start: KULTI_REALTIME_MESSAGES_PER_SECOND is "${text}", a number above 0 was expected.`,
  );
}
