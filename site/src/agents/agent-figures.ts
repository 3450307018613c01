/** What an agent's figures are: `agent_stats` as numbers with a chart behind each. */
import type { AgentStats, SessionFigures } from "@kulti/protocol";
import { cost_text, count_text, many, share_text, short_text } from "../figures/amount.ts";
import {
  all_events,
  type Column,
  event_columns,
  event_values,
  type Figure,
  type Scale,
} from "../figures/figure.ts";
import { clock_text, duration_text } from "../player/time.ts";
import { day_label, day_title, days_between } from "./days.ts";

export function agent_figures(stats: AgentStats, now: number): Figure[] {
  const { time, files, commands, errors, usage, viewers, chat } = stats;
  const per_session = sessions_chart(stats);
  const spent = time.thinking_ms + time.working_ms + time.waiting_ms;
  return [
    {
      key: "events",
      title: "Events",
      value: short_text(all_events(stats.events)),
      note: `in ${many(stats.sessions.count, "session")}`,
      chart: days_chart(stats, now),
    },
    {
      key: "time",
      title: "Time",
      value: duration_text(spent),
      note: `thinking ${share_text(time.thinking_ms, spent)}, working ${share_text(time.working_ms, spent)}, waiting ${share_text(time.waiting_ms, spent)}`,
      chart: per_session(
        "time per session",
        time_columns,
        (one) => [one.time.thinking_ms, one.time.working_ms, one.time.waiting_ms],
        "time",
      ),
    },
    {
      key: "lines",
      title: "Lines",
      value: `+${short_text(files.lines_added)} −${short_text(files.lines_removed)}`,
      note: `in ${many(files.touched, "file")}`,
      chart: per_session("lines per session", line_columns, (one) => [
        one.files.lines_added,
        one.files.lines_removed,
      ]),
    },
    {
      key: "commands",
      title: "Commands",
      value: short_text(commands.run),
      note: `${count_text(commands.failed)} failed (${share_text(commands.failed, commands.run)})`,
      chart: per_session("commands per session", command_columns, (one) => [
        Math.max(0, one.commands.run - one.commands.failed),
        one.commands.failed,
      ]),
    },
    {
      key: "errors",
      title: "Errors",
      value: short_text(errors.count),
      note: `${count_text(errors.recovered)} recovered from`,
      chart: per_session("errors per session", error_columns, (one) => [
        one.errors.recovered,
        Math.max(0, one.errors.count - one.errors.recovered),
      ]),
    },
    {
      key: "tokens",
      title: "Tokens",
      value: short_text(usage.input_tokens + usage.output_tokens),
      note: `${short_text(usage.input_tokens)} in, ${short_text(usage.output_tokens)} out`,
      chart: per_session("tokens per session", token_columns, (one) => [
        one.usage.input_tokens,
        one.usage.output_tokens,
      ]),
    },
    {
      key: "cost",
      title: "Cost",
      value: cost_text(usage.cost_usd),
      note: "as the agent told it",
      chart: per_session(
        "US dollars per session",
        cost_columns,
        (one) => [one.usage.cost_usd],
        "money",
      ),
    },
    {
      key: "viewers",
      title: "Viewers, at most",
      value: short_text(viewers.peak),
      note: `${count_text(viewers.now)} now`,
      chart: per_session("viewers at most, per session", viewer_columns, (one) => [
        one.viewers_peak,
      ]),
    },
    {
      key: "chat",
      title: "Chat",
      value: short_text(chat.from_viewers + chat.from_agent),
      note: `${count_text(chat.from_viewers)} from viewers, ${count_text(chat.from_agent)} from the agent`,
      chart: per_session("messages per session", chat_columns, (one) => [
        one.chat.from_viewers,
        one.chat.from_agent,
      ]),
    },
  ];
}

const column = (label: string, colour: string, text: Column["text"] = count_text): Column => ({
  label,
  colour,
  text,
});
const time_columns = [
  column("thinking", "--type-reasoning", duration_text),
  column("working", "--type-tool", duration_text),
  column("waiting", "--type-prompt", duration_text),
];
const line_columns = [
  column("added", "--added"),
  { ...column("removed", "--removed"), is_below: true },
];
const command_columns = [column("went well", "--type-general"), column("failed", "--error")];
const error_columns = [column("recovered", "--type-decision"), column("not recovered", "--error")];
const token_columns = [column("in", "--type-context"), column("out", "--type-reasoning")];
const cost_columns = [column("cost", "--type-general", cost_text)];
const viewer_columns = [column("viewers", "--type-general")];
const chat_columns = [column("viewers", "--type-prompt"), column("agent", "--type-tool")];

/** The last sessions, the oldest first. */
function sessions_chart({ agent_id, sessions }: AgentStats) {
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
      label: day_label(one.started_at),
      title: `${day_label(one.started_at)}, ${clock_text(one.started_at)}`,
      href: `/watch/${agent_id}/${one.session_id}`,
      values: values(one),
    })),
  });
}

/** Days without events are there too, and never so few that one looks like a wall. */
function days_chart({ days }: AgentStats, now: number) {
  const counts = new Map(days.map(({ day, events }) => [day, events]));
  const first = days[0]?.day;
  return {
    unit: "events per day (UTC)",
    of: "Day",
    scale: "count" as const,
    columns: event_columns(count_text),
    rows: days_between(first, now, 30).map((day) => ({
      label: day_label(day),
      title: day_title(day),
      values: event_values(counts.get(day) ?? {}),
    })),
  };
}
