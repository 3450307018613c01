/** The body of `POST /api/broadcast`: `{messages: [{topic, event, payload, private?}]}`. */
import { isMap } from "./serializer.ts";

export interface BatchMessage {
  topic: string;
  event: string;
  payload: Record<string, unknown>;
  private: boolean;
}

/** Errors by field, in the real server's words. */
type FieldErrors = Record<string, string[]>;
export type BatchErrors = { messages: string[] | FieldErrors[] };

export type Batch =
  | { messages: BatchMessage[]; errors?: undefined }
  | { errors: BatchErrors; messages?: undefined };

/** One bad message refuses the batch. `errors` has an entry for each message, empty if the message is valid. */
export function parseBatch(body: unknown, maxPayloadBytes: number): Batch {
  const sent = isMap(body) ? body.messages : undefined;
  if (sent === undefined || sent === null) return { errors: { messages: ["can't be blank"] } };
  if (!Array.isArray(sent) || !sent.every(isMap)) return { errors: { messages: ["is invalid"] } };
  if (sent.length === 0) return { errors: { messages: ["can't be blank"] } };
  const errors = sent.map((message) => check(message, maxPayloadBytes));
  if (errors.some((error) => Object.keys(error).length > 0))
    return { errors: { messages: errors } };
  const messages = sent.map(({ topic, event, payload, private: isPrivate }) => ({
    topic,
    event,
    payload,
    private: isPrivate === true || isPrivate === "true",
  }));
  return { messages: messages as BatchMessage[] };
}

function check(message: Record<string, unknown>, maxPayloadBytes: number): FieldErrors {
  const errors: FieldErrors = {};
  for (const field of ["topic", "event"]) {
    const value = message[field];
    if (value === undefined || value === null || value === "") errors[field] = ["can't be blank"];
    else if (typeof value !== "string") errors[field] = ["is invalid"];
  }
  const { payload } = message;
  if (payload === undefined || payload === null) errors.payload = ["can't be blank"];
  else if (!isMap(payload)) errors.payload = ["is invalid"];
  else if (Buffer.byteLength(JSON.stringify(payload)) > maxPayloadBytes) {
    errors.payload = ["Payload size exceeds tenant limit"];
  }
  return errors;
}
