/** Figures through the Data API, as the site and anyone else reads them. */
import { KultiApiError } from "kulti/watch";
import { expect, test } from "vitest";
import { register, status, thought } from "./agent.ts";
import { api } from "./table.ts";

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString();

async function worked() {
  const agent = await register();
  const events = [
    { ...thought("How?"), id: "1", at: at(0) },
    {
      id: "2",
      at: at(8),
      type: "code",
      data: { filename: "a.ts", action: "write", content: "1\n2\n" },
    },
    {
      id: "3",
      at: at(9),
      type: "terminal",
      data: { command: "make", stream: "stdout", text: "", exit_code: 1 },
    },
    { id: "4", at: at(60), type: "usage", data: { input_tokens: 7, cost_usd: 0.25 } },
    { ...status("done"), id: "5", at: at(61) },
  ];
  const { session_id: sessionId } = await agent.post(events);
  await agent.post(events);
  return { agent, session_id: sessionId };
}

test("session_stats and agent_stats count what was sent, once", async () => {
  const { agent, session_id: sessionId } = await worked();
  const figures = {
    events: { thought: 1, code: 1, terminal: 1, usage: 1, status: 1 },
    time: { thinking_ms: 0, working_ms: 61_000, waiting_ms: 0 },
    files: { touched: 1, lines_added: 2, lines_removed: 0 },
    commands: { run: 1, failed: 1 },
    errors: { count: 0, recovered: 0 },
    usage: { input_tokens: 7, output_tokens: 0, cost_usd: 0.25 },
    chat: { from_viewers: 0, from_agent: 0 },
  };
  expect(await api.sessionStats(sessionId)).toEqual({
    ...figures,
    session_id: sessionId,
    agent_id: agent.agent_id,
    first_at: "2026-11-22T10:00:00+00:00",
    last_at: "2026-11-22T10:01:01+00:00",
    to_seq: 5,
    viewers: { now: 0, peak: 0 },
    bucket_ms: 60_000,
    buckets: [
      {
        at: "2026-11-22T10:00:00+00:00",
        seq: 1,
        viewers: 0,
        events: { thought: 1, code: 1, terminal: 1 },
      },
      { at: "2026-11-22T10:01:00+00:00", seq: 4, viewers: 0, events: { usage: 1, status: 1 } },
    ],
    most_watched: [],
  });
  expect(await api.agentStats(agent.agent_id)).toMatchObject({
    ...figures,
    days: [{ day: "2026-11-22", events: figures.events }],
    sessions: { count: 1, live: 0, recent: [{ ...figures, session_id: sessionId }] },
  });
  const before = { to_at: "2026-11-22T00:00:00Z" };
  expect((await api.agentStats(agent.agent_id, before)).sessions.count).toBe(0);
});

test("stats of hidden and unknown sessions and agents are refused", async () => {
  const hidden = await register({ visibility: "private" });
  const { session_id: sessionId } = await hidden.post([thought("secret")]);
  const refusals = await Promise.all(
    [
      api.sessionStats(sessionId),
      api.sessionStats(crypto.randomUUID()),
      api.sessionStats("no uuid"),
      api.agentStats(hidden.agent_id),
      api.agentStats("'; drop table"),
    ].map((figures) => figures.catch((error) => error)),
  );
  for (const refusal of refusals) expect(refusal).toBeInstanceOf(KultiApiError);
  expect(refusals.map(({ status, code }) => [status, code])).toEqual([
    [404, "session_not_found"],
    [404, "session_not_found"],
    [400, "22P02"],
    [404, "agent_not_found"],
    [404, "agent_not_found"],
  ]);
});
