/** The figures of one session, for any place that has some width: numbers, events over time, most-watched moments. */
import type { SessionStats } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { make } from "../frame/element.ts";
import { clock_text, date_and_clock_text, duration_text, elapsed_text } from "../player/time.ts";
import { cost_text, count_text, many, short_text } from "./amount.ts";
import { all_events, type Chart, event_columns, event_values } from "./figure.ts";
import { make_drawing } from "./figure-view.ts";
import { make_moments } from "./moments.ts";

export interface SessionFiguresOptions {
  api: Pick<KultiApi, "session_stats"> | Promise<Pick<KultiApi, "session_stats">>;
  session_id: string;
}

/** Fills `place`; says in a sentence what is wrong when the figures can't be read. */
export async function show_session_figures(
  place: HTMLElement,
  { api, session_id }: SessionFiguresOptions,
): Promise<void> {
  place.replaceChildren(make("p", "panel-note", "Counting …"));
  try {
    place.replaceChildren(...parts_of(await (await api).session_stats(session_id)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    place.replaceChildren(make("p", "panel-note", `The figures can't be shown. ${reason}`));
  }
}

function parts_of(stats: SessionStats): HTMLElement[] {
  const chart = events_chart(stats);
  const drawing = make_drawing(140);
  drawing.show(chart);
  return [numbers_of(stats), drawing.element, ...moments_of(stats)];
}

function numbers_of(stats: SessionStats): HTMLElement {
  const { time, files, commands, errors, usage, viewers, chat } = stats;
  const numbers: [string, string, string?][] = [
    ["Events", short_text(all_events(stats.events))],
    ["Thinking", duration_text(time.thinking_ms)],
    ["Working", duration_text(time.working_ms)],
    ["Waiting", duration_text(time.waiting_ms)],
    ["Files", count_text(files.touched)],
    ["Lines", `+${short_text(files.lines_added)} −${short_text(files.lines_removed)}`],
    ["Commands", count_text(commands.run), `${count_text(commands.failed)} failed`],
    ["Errors", count_text(errors.count), `${count_text(errors.recovered)} recovered`],
    ["Tokens", short_text(usage.input_tokens + usage.output_tokens)],
    ["Cost", cost_text(usage.cost_usd)],
    ["Viewers, at most", count_text(viewers.peak), `${count_text(viewers.now)} now`],
    ["Chat", count_text(chat.from_viewers + chat.from_agent)],
  ];
  const list = make("dl", "panel-numbers");
  for (const [label, value, note] of numbers) {
    const entry = make("div");
    entry.append(make("dt", "", label), make("dd", "figure", value));
    if (note) entry.append(make("dd", "panel-small figure", note));
    list.append(entry);
  }
  return list;
}

/** Buckets in which nothing happened are bars of no height. */
export function events_chart({ agent_id, session_id, buckets, bucket_ms }: SessionStats): Chart {
  const known = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]));
  const [first = 0, last = 0] = [
    Date.parse(buckets[0]?.at ?? ""),
    Date.parse(buckets.at(-1)?.at ?? ""),
  ];
  const rows: Chart["rows"] = [];
  for (let at = first; at <= last; at += bucket_ms) {
    const bucket = known.get(at);
    const time = new Date(at).toISOString();
    rows.push({
      label: clock_text(time),
      title: date_and_clock_text(time),
      ...(bucket && { href: `/watch/${agent_id}/${session_id}#e${bucket.seq}` }),
      values: event_values(bucket?.events ?? {}),
    });
  }
  const size = bucket_ms === 60_000 ? "minute" : duration_text(bucket_ms);
  return {
    unit: `events per ${size}`,
    of: "From",
    scale: "count",
    columns: event_columns(count_text),
    rows,
  };
}

function moments_of(stats: SessionStats): HTMLElement[] {
  const { agent_id, session_id, first_at, most_watched } = stats;
  if (most_watched.length === 0) return [];
  const links = most_watched.map(({ at, seq, viewers }) => ({
    href: `/watch/${agent_id}/${session_id}#e${seq}`,
    text: `${elapsed_text(Date.parse(at) - Date.parse(first_at))}: ${many(viewers, "viewer")}`,
  }));
  return [make("h4", "panel-title", "Most watched"), make_moments(links)];
}
