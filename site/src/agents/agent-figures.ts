/** An agent's figures: `agent_stats` as numbers, each with a chart. */
import type { AgentStats, SessionFigures } from "@kulti/protocol";
import { costText, countText, many, shareText, shortText } from "../figures/amount.ts";
import {
  allEvents,
  type Column,
  eventColumns,
  eventValues,
  type Figure,
  type Scale,
} from "../figures/figure.ts";
import { clockText, durationText } from "../text/time.ts";
import { dayLabel, daysBetween, dayTitle } from "./days.ts";

export function agentFigures(stats: AgentStats, now: number): Figure[] {
  const { time, files, commands, errors, usage, viewers, chat } = stats;
  const perSession = sessionsChart(stats);
  const spent = time.thinking_ms + time.working_ms + time.waiting_ms;
  return [
    {
      key: "events",
      title: "Events",
      value: shortText(allEvents(stats.events)),
      note: `in ${many(stats.sessions.count, "session")}`,
      chart: daysChart(stats, now),
    },
    {
      key: "time",
      title: "Time",
      value: durationText(spent),
      note: `thinking ${shareText(time.thinking_ms, spent)}, working ${shareText(time.working_ms, spent)}, waiting ${shareText(time.waiting_ms, spent)}`,
      chart: perSession(
        "time per session",
        timeColumns,
        (one) => [one.time.thinking_ms, one.time.working_ms, one.time.waiting_ms],
        "time",
      ),
    },
    {
      key: "lines",
      title: "Lines",
      value: `+${shortText(files.lines_added)} −${shortText(files.lines_removed)}`,
      note: `in ${many(files.touched, "file")}`,
      chart: perSession("lines per session", lineColumns, (one) => [
        one.files.lines_added,
        one.files.lines_removed,
      ]),
    },
    {
      key: "commands",
      title: "Commands",
      value: shortText(commands.run),
      note: `${countText(commands.failed)} failed (${shareText(commands.failed, commands.run)})`,
      chart: perSession("commands per session", commandColumns, (one) => [
        Math.max(0, one.commands.run - one.commands.failed),
        one.commands.failed,
      ]),
    },
    {
      key: "errors",
      title: "Errors",
      value: shortText(errors.count),
      note: `${countText(errors.recovered)} recovered from`,
      chart: perSession("errors per session", errorColumns, (one) => [
        one.errors.recovered,
        Math.max(0, one.errors.count - one.errors.recovered),
      ]),
    },
    {
      key: "tokens",
      title: "Tokens",
      value: shortText(usage.input_tokens + usage.output_tokens),
      note: `${shortText(usage.input_tokens)} in, ${shortText(usage.output_tokens)} out`,
      chart: perSession("tokens per session", tokenColumns, (one) => [
        one.usage.input_tokens,
        one.usage.output_tokens,
      ]),
    },
    {
      key: "cost",
      title: "Cost",
      value: costText(usage.cost_usd),
      note: "as the agent reported it",
      chart: perSession(
        "US dollars per session",
        costColumns,
        (one) => [one.usage.cost_usd],
        "money",
      ),
    },
    {
      key: "viewers",
      title: "Peak viewers",
      value: shortText(viewers.peak),
      note: `${countText(viewers.now)} now`,
      chart: perSession("peak viewers per session", viewerColumns, (one) => [one.viewers_peak]),
    },
    {
      key: "chat",
      title: "Chat",
      value: shortText(chat.from_viewers + chat.from_agent),
      note: `${countText(chat.from_viewers)} from viewers, ${countText(chat.from_agent)} from the agent`,
      chart: perSession("messages per session", chatColumns, (one) => [
        one.chat.from_viewers,
        one.chat.from_agent,
      ]),
    },
  ];
}

const column = (label: string, colour: string, text: Column["text"] = countText): Column => ({
  label,
  colour,
  text,
});
const timeColumns = [
  column("thinking", "--type-reasoning", durationText),
  column("working", "--type-tool", durationText),
  column("waiting", "--type-prompt", durationText),
];
const lineColumns = [
  column("added", "--added"),
  { ...column("removed", "--removed"), isBelow: true },
];
const commandColumns = [column("went well", "--type-general"), column("failed", "--error")];
const errorColumns = [column("recovered", "--type-decision"), column("not recovered", "--error")];
const tokenColumns = [column("in", "--type-context"), column("out", "--type-reasoning")];
const costColumns = [column("cost", "--type-general", costText)];
const viewerColumns = [column("viewers", "--type-general")];
const chatColumns = [column("viewers", "--type-prompt"), column("agent", "--type-tool")];

/** The most recent sessions, oldest first. */
function sessionsChart({ agent_id: agentId, sessions }: AgentStats) {
  const recent = [...sessions.recent].reverse();
  const which = sessions.count > recent.length ? `, the last ${recent.length}` : "";
  return (
    unit: string,
    columns: Column[],
    values: (one: SessionFigures) => number[],
    scale: Scale = "count",
  ) => ({
    unit: unit + which,
    of: "Session",
    scale,
    columns,
    rows: recent.map((one) => ({
      label: dayLabel(one.started_at),
      title: `${dayLabel(one.started_at)}, ${clockText(one.started_at)}`,
      href: `/watch/${agentId}/${one.session_id}`,
      values: values(one),
    })),
  });
}

/** Includes days without events, and enough days that a single bar does not fill the chart. */
function daysChart({ days }: AgentStats, now: number) {
  const counts = new Map(days.map(({ day, events }) => [day, events]));
  const first = days[0]?.day;
  return {
    unit: "events per day (UTC)",
    of: "Day",
    scale: "count" as const,
    columns: eventColumns(countText),
    rows: daysBetween(first, now, 30).map((day) => ({
      label: dayLabel(day),
      title: dayTitle(day),
      values: eventValues(counts.get(day) ?? {}),
    })),
  };
}
