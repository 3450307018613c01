/** Stored messages of a private topic, for clients that join with `replay: {since, limit}`. */
import type { Sql } from "postgres";
import { is_map } from "./serializer.ts";

export interface StoredMessage {
  id: string;
  event: string;
  payload: unknown;
  binary_payload: Buffer | null;
}

const MAX_MESSAGES = 25;
const MAX_TIME_MS = Date.UTC(9999, 11, 31);

/** At most 25, oldest first. Null when `replay` is not `{since: ms, limit?: number}`. */
export async function stored_messages(
  sql: Sql,
  topic: string,
  replay: unknown,
): Promise<StoredMessage[] | null> {
  const { since, limit = MAX_MESSAGES } = is_map(replay) ? replay : {};
  if (!is_integer(since) || !is_integer(limit) || Math.abs(since) > MAX_TIME_MS) return null;
  const rows = await sql<StoredMessage[]>`
    select id, event, payload, binary_payload
    from realtime.messages
    where topic = ${topic} and private and extension = 'broadcast'
      and inserted_at >= ${new Date(since).toISOString()}::timestamptz at time zone 'utc'
      and inserted_at < timezone('utc', now()) + interval '1 minute'
    order by inserted_at desc
    limit ${Math.max(Math.min(limit, MAX_MESSAGES), 1)}`;
  return [...rows].reverse();
}

function is_integer(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
