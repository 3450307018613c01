/** The body of `POST /api/broadcast`: `{messages: [{topic, event, payload, private?}]}`. */
import { is_map } from "./serializer.ts";

export interface BatchMessage {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  private: boolean;
}

/** By field: what is wrong with it, in the real server's words. */
type FieldErrors = Record<string, string[]>;
export type BatchErrors = { messages: string[] | FieldErrors[] };

export type Batch =
  | { messages: BatchMessage[]; errors?: undefined }
  | { errors: BatchErrors; messages?: undefined };

/** One bad message refuses the batch; each message has its entry in `errors`, empty when it is right. */
export function parse_batch(body: unknown, max_payload_bytes: number): Batch {
  const sent = is_map(body) ? body.messages : undefined;
  if (sent === undefined || sent === null) return { errors: { messages: ["can't be blank"] } };
  if (!Array.isArray(sent) || !sent.every(is_map)) return { errors: { messages: ["is invalid"] } };
  if (sent.length === 0) return { errors: { messages: ["can't be blank"] } };
  const errors = sent.map((message) => check(message, max_payload_bytes));
  if (errors.some((error) => Object.keys(error).length > 0))
    return { errors: { messages: errors } };
  const messages = sent.map(({ topic, event, payload, private: is_private }) => ({
    topic,
    event,
    payload,
    private: is_private === true || is_private === "true",
  }));
  return { messages: messages as BatchMessage[] };
}

function check(message: Record<string, unknown>, max_payload_bytes: number): FieldErrors {
  const errors: FieldErrors = {};
  for (const field of ["topic", "event"]) {
    const value = message[field];
    if (value === undefined || value === null || value === "") errors[field] = ["can't be blank"];
    else if (typeof value !== "string") errors[field] = ["is invalid"];
  }
  const { payload } = message;
  if (payload === undefined || payload === null) errors.payload = ["can't be blank"];
  else if (!is_map(payload)) errors.payload = ["is invalid"];
  else if (Buffer.byteLength(JSON.stringify(payload)) > max_payload_bytes) {
    errors.payload = ["Payload size exceeds tenant limit"];
  }
  return errors;
}
