/** Stored messages of a private topic, for clients that join with `replay: {since, limit}`. */
import type { Lanes, Row } from "../database/lanes.ts";
import { isMap } from "./serializer.ts";

export interface StoredMessage {
  id: string;
  event: string;
  payload: unknown;
  binaryPayload: Buffer | null;
}

const maxMessages = 25;
const maxTimeMs = Date.UTC(9999, 11, 31);

/** At most 25 messages, oldest first. Null when `replay` is not `{since: ms, limit?: number}`. */
export async function storedMessages(
  lanes: Lanes,
  topic: string,
  replay: unknown,
): Promise<StoredMessage[] | null> {
  const { since, limit = maxMessages } = isMap(replay) ? replay : {};
  if (!isInteger(since) || !isInteger(limit) || Math.abs(since) > maxTimeMs) return null;
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
          String(Math.max(Math.min(limit, maxMessages), 1)),
        ],
      },
    ],
  });
  return rows.map(storedMessage).reverse();
}

function storedMessage({ id, event, payload, binary_payload: binaryPayload }: Row): StoredMessage {
  return {
    id: id ?? "",
    event: event ?? "",
    payload: JSON.parse(payload ?? "null"),
    binaryPayload: binaryPayload == null ? null : Buffer.from(binaryPayload, "hex"),
  };
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
