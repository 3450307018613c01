/** Stored messages of a private topic, for clients that join with `replay: {since, limit}`. */
import type { Lanes, Row } from "../database/lanes.ts";
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
  lanes: Lanes,
  topic: string,
  replay: unknown,
): Promise<StoredMessage[] | null> {
  const { since, limit = MAX_MESSAGES } = is_map(replay) ? replay : {};
  if (!is_integer(since) || !is_integer(limit) || Math.abs(since) > MAX_TIME_MS) return null;
  const [rows = []] = await lanes.run({
    read_only: true,
    statements: [
      {
        text: `
          select id, event, payload, encode(binary_payload, 'hex') as binary_payload
          from realtime.messages
          where topic = $1 and private and extension = 'broadcast'
            and inserted_at >= $2::timestamptz at time zone 'utc'
            and inserted_at < timezone('utc', now()) + interval '1 minute'
          order by inserted_at desc
          limit $3`,
        values: [
          topic,
          new Date(since).toISOString(),
          String(Math.max(Math.min(limit, MAX_MESSAGES), 1)),
        ],
      },
    ],
  });
  return rows.map(stored_message).reverse();
}

function stored_message({ id, event, payload, binary_payload }: Row): StoredMessage {
  return {
    id: id ?? "",
    event: event ?? "",
    payload: JSON.parse(payload ?? "null"),
    binary_payload: binary_payload == null ? null : Buffer.from(binary_payload, "hex"),
  };
}

function is_integer(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
