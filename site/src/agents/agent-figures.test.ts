import type { AgentStats } from "@kulti/protocol";
import { expect, test } from "vitest";
import { isEmpty } from "../figures/figure.ts";
import { agentFigures } from "./agent-figures.ts";

const now = Date.parse("2026-11-22T15:00:00Z");
const nothing = {
  events: {},
  time: { thinking_ms: 0, working_ms: 0, waiting_ms: 0 },
  files: { touched: 0, lines_added: 0, lines_removed: 0 },
  commands: { run: 0, failed: 0 },
  errors: { count: 0, recovered: 0 },
  usage: { input_tokens: 0, output_tokens: 0, cost_usd: 0 },
  chat: { from_viewers: 0, from_agent: 0 },
};
const stats = (part: Partial<AgentStats> = {}): AgentStats => ({
  ...nothing,
  agent_id: "ada",
  from_at: null,
  to_at: null,
  days: [],
  sessions: { count: 0, live: 0, recent: [] },
  viewers: { now: 0, peak: 0 },
  most_watched: [],
  ...part,
});
const session = (sessionId: string, startedAt: string, part: object = {}) => ({
  ...nothing,
  session_id: sessionId,
  started_at: startedAt,
  ended_at: null,
  first_at: startedAt,
  last_at: startedAt,
  to_seq: 1,
  viewers_peak: 0,
  ...part,
});
const figure = (of: AgentStats, key: string) => {
  const found = agentFigures(of, now).find((one) => one.key === key);
  if (!found) throw new Error(`There is no figure ${key}.`);
  return found;
};

test("agentFigures of an agent without sessions are zeros without charts", () => {
  const figures = agentFigures(stats(), now);
  expect(figures.map(({ chart }) => isEmpty(chart))).toEqual(figures.map(() => true));
  expect(figure(stats(), "commands")).toMatchObject({ value: "0", note: "0 failed (0 %)" });
  expect(figure(stats(), "cost").value).toBe("US$ 0.00");
});

test("agentFigures show sessions from oldest to newest, each with a link to its replay", () => {
  const { chart, note } = figure(
    stats({
      commands: { run: 6, failed: 2 },
      sessions: {
        count: 2,
        live: 0,
        recent: [
          session("new", "2026-11-22T10:00:00Z", { commands: { run: 5, failed: 2 } }),
          session("old", "2026-11-20T10:00:00Z", { commands: { run: 1, failed: 0 } }),
        ],
      },
    }),
    "commands",
  );
  expect(note).toBe("2 failed (33 %)");
  expect(chart.unit).toBe("commands per session");
  expect(chart.rows.map(({ href, values }) => [href, values])).toEqual([
    ["/watch/ada/old", [1, 0]],
    ["/watch/ada/new", [3, 2]],
  ]);
});

test("agentFigures say when the chart holds only the last sessions", () => {
  const recent = [session("new", "2026-11-22T10:00:00Z")];
  const { chart } = figure(stats({ sessions: { count: 80, live: 0, recent } }), "time");
  expect(chart.unit).toBe("time per session, the last 1");
});

test("events per day include empty days, and one column for the rarer types", () => {
  const events = { thought: 3, code: 1, milestone: 2, usage: 1 };
  const { chart, value } = figure(
    stats({ events, days: [{ day: "2026-11-20", events }] }),
    "events",
  );
  expect(value).toBe("7");
  expect(chart.rows).toHaveLength(30);
  expect(chart.rows.slice(-3).map((row) => row.values)).toEqual([
    [3, 1, 0, 0, 3],
    [0, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]);
});
