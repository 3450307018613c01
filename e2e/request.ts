/** Raw requests to the functions, for checks of status, headers and error bodies. */
import { target } from "./target.ts";

export interface Refusal {
  code: string;
  message: string;
  issues?: { path: string; message: string; limit?: number }[];
  request_id: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: replies of many shapes, which the tests look into
  body: any;
  error?: Refusal;
}

export interface Sent {
  method?: string;
  key?: string;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is text or bytes already. */
  body?: unknown;
}

export async function send(path: string, sent: Sent = {}): Promise<Answer> {
  const { body } = sent;
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const response = await fetch(`${target.api_url}/functions/v1/${path}`, {
    method: sent.method ?? "POST",
    headers: {
      "content-type": "application/json",
      ...(sent.key !== undefined && { authorization: `Bearer ${sent.key}` }),
      ...sent.headers,
    },
    ...(body !== undefined && { body: isRaw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = text === "" ? null : JSON.parse(text);
  return {
    status: response.status,
    headers: response.headers,
    body: parsed,
    error: parsed?.error,
  };
}

/** The public RPCs. */
export async function read<Result>(name: string, args: Record<string, unknown>): Promise<Result> {
  const response = await fetch(`${target.api_url}/rest/v1/rpc/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", apikey: target.publishable_key },
    body: JSON.stringify(args),
  });
  if (!response.ok)
    throw new Error(`${name} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Result;
}

export interface StoredRow {
  seq: number;
  id: string;
  type: string;
  at: string;
  // biome-ignore lint/suspicious/noExplicitAny: ten shapes, which the tests look into
  data: any;
}

/** One page of a session's events, those after `after_seq`. */
export const readEvents = (sessionId: string, afterSeq = 0) =>
  read<StoredRow[]>("session_events", { session_id: sessionId, after_seq: afterSeq });

export const readSessions = (agentId: string) =>
  read<{ session_id: string; to_seq: number; status: string; ended_at: string | null }[]>(
    "find_sessions",
    { agent_id: agentId },
  );
