/**
 * A local ingest server. It stores events like the real one (in order, each id once) and injects faults: each request
 * takes the next entry of `faults`, if there is one.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { AgentEvent, IngestRequest, Message } from "@kulti/protocol/index.ts";
import type { ScrubReply, ScrubRequest } from "@kulti/protocol/wire.ts";

export type Fault =
  /** Sends a string body unchanged, any other body as JSON. */
  | { kind: "status"; status: number; body?: unknown; headers?: Record<string, string> }
  /** Stores the rows, then breaks the connection before the reply. */
  | { kind: "drop_after_commit" }
  | { kind: "drop_before_commit" }
  | { kind: "slow"; waitMs: number }
  /** Breaks the connection in the middle of the reply. */
  | { kind: "half_answer" };

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
  at: number;
}

export interface TestServer {
  url: string;
  /** The rows of the table, in order. */
  events: AgentEvent[];
  duplicates: number;
  requests: Received[];
  batches: IngestRequest[];
  faults: Fault[];
  /** The next reply delivers these, once. */
  messages: Message[];
  /** Earlier chat messages. A request without a cursor reads them again. */
  oldMessages: Message[];
  said: { session_id: string; text: string }[];
  flushMs: number;
  maxBodyBytes: number;
  /** Checks each batch before it is stored. A fault refuses the batch with that reply. */
  judge: (batch: IngestRequest) => Extract<Fault, { kind: "status" }> | null;
  /** Chat messages for the reply to a batch, besides `messages`. */
  answerWith: (batch: IngestRequest) => Message[];
  /** True for each answered health check, false for each refused one. Set `isHealthy` to false to refuse them. */
  probes: boolean[];
  isHealthy: boolean;
  registered: Set<string>;
  forgottenKeys: Set<string>;
  close(): Promise<void>;
}

export const sessionId = "5e55104e-0000-4000-8000-000000000001";

export async function startTestServer(): Promise<TestServer> {
  const state: TestServer = {
    url: "",
    events: [],
    duplicates: 0,
    requests: [],
    batches: [],
    faults: [],
    messages: [],
    oldMessages: [],
    said: [],
    flushMs: 5,
    maxBodyBytes: Number.POSITIVE_INFINITY,
    judge: () => null,
    answerWith: () => [],
    probes: [],
    isHealthy: true,
    registered: new Set(),
    forgottenKeys: new Set(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server: Server = createServer((request, response) => void handle(request, response, state));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}

async function handle(request: IncomingMessage, response: ServerResponse, state: TestServer) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
  const body = text.length === 0 ? undefined : JSON.parse(text.toString());
  const path = request.url ?? "";
  const { method = "", headers } = request;
  if (path.endsWith("/ingest/health")) {
    state.probes.push(state.isHealthy);
    return state.isHealthy ? answer(response, 200, { status: "ok" }) : request.socket.destroy();
  }
  state.requests.push({ method, path, headers, body, at: Date.now() });

  if (path.startsWith("/functions/v1/agents")) {
    const isScrub = path.endsWith("/scrub");
    const fault = isScrub ? state.faults.shift() : undefined;
    if (fault?.kind === "status") return answer(response, fault.status, fault.body, fault.headers);
    if (isScrub) return answer(response, 200, scrub(body, state));
    if (method === "POST") return answer(response, ...register(body, state));
    const isKnown = !state.forgottenKeys.has(headers.authorization?.slice("Bearer ".length) ?? "");
    const agentId = (headers.authorization ?? "").replace("Bearer klt_", "");
    if (isKnown && !path.endsWith("/keys")) return answer(response, 200, { agent_id: agentId });
    if (isKnown) return answer(response, 200, { keys: [] });
    return answer(response, 401, { error: { code: "unknown_key", message: "No such key." } });
  }
  if (path.startsWith("/functions/v1/chat")) {
    if (method === "GET") {
      const old = path.includes("after=") ? [] : state.oldMessages;
      return answer(response, 200, { messages: [...old, ...state.messages.splice(0)] });
    }
    const fault = state.faults.shift();
    if (fault?.kind === "status") return answer(response, fault.status, fault.body, fault.headers);
    state.said.push(body);
    return answer(response, 201, { message: body });
  }

  const fault = state.faults.shift();
  if (fault?.kind === "drop_before_commit") return void request.socket.destroy();
  if (fault?.kind === "slow") await new Promise((resolve) => setTimeout(resolve, fault.waitMs));
  if (fault?.kind === "status") return answer(response, fault.status, fault.body, fault.headers);
  if (text.length > state.maxBodyBytes) {
    return answer(response, 413, { error: { code: "body_too_large", message: "too large" } });
  }
  const verdict = state.judge(body);
  if (verdict) return answer(response, verdict.status, verdict.body, verdict.headers);

  const reply = commit(body, state);
  if (fault?.kind === "drop_after_commit") return void request.socket.destroy();
  if (fault?.kind === "half_answer") {
    response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
    response.write(JSON.stringify(reply).slice(0, 20));
    return void setTimeout(() => request.socket.destroy(), 5);
  }
  answer(response, 200, reply);
}

function commit(batch: IngestRequest, state: TestServer) {
  state.batches.push(batch);
  const known = new Set(state.events.map((event) => event.id));
  const fresh = batch.events.filter((event) => !known.has(event.id));
  state.duplicates += batch.events.length - fresh.length;
  state.events.push(...fresh);
  return {
    session_id: batch.session_id ?? batch.start_session ?? sessionId,
    accepted: fresh.length,
    duplicates: batch.events.length - fresh.length,
    last_seq: state.events.length,
    redacted: 0,
    flush_ms: state.flushMs,
    messages: [...state.messages.splice(0), ...state.answerWith(batch)],
  };
}

function scrub({ session_id, text }: ScrubRequest, state: TestServer): ScrubReply {
  const held = state.events.filter((event) => JSON.stringify(event.data).includes(text));
  state.events = state.events.map((event) =>
    JSON.parse(JSON.stringify(event).replaceAll(text, "[removed]")),
  );
  return { session_id, events: held.length, messages: 0 };
}

function register(profile: { agent_id: string }, state: TestServer): [number, unknown] {
  const { agent_id: agentId } = profile;
  if (state.registered.has(agentId)) {
    return [409, { error: { code: "agent_exists", message: `The agent ${agentId} exists.` } }];
  }
  state.registered.add(agentId);
  const apiKey = `klt_${agentId}`;
  return [
    201,
    {
      agent: { ...profile, visibility: "public" },
      api_key: apiKey,
      key: { id: "1", prefix: "klt_" },
    },
  ];
}

function answer(
  response: ServerResponse,
  status: number,
  body: unknown = {},
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
