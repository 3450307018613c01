/** The figures of one session, for any width: numbers, events over time, most-watched moments. */
import type { SessionStats } from "@kulti/protocol";
import type { KultiApi } from "kulti/watch";
import { make } from "../frame/element.ts";
import { clockText, dateAndClockText, durationText, elapsedText } from "../text/time.ts";
import { costText, countText, many, shortText } from "./amount.ts";
import { allEvents, type Chart, eventColumns, eventValues } from "./figure.ts";
import { makeDrawing } from "./figure-view.ts";
import { makeMoments } from "./moments.ts";

export interface SessionFiguresOptions {
  api: Pick<KultiApi, "sessionStats"> | Promise<Pick<KultiApi, "sessionStats">>;
  sessionId: string;
}

/** Fills `place`; if the figures can't be read, with the reason instead. */
export async function showSessionFigures(
  place: HTMLElement,
  { api, sessionId }: SessionFiguresOptions,
): Promise<void> {
  place.replaceChildren(make("p", "panel-note", "Loading …"));
  try {
    place.replaceChildren(...partsOf(await (await api).sessionStats(sessionId)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    place.replaceChildren(make("p", "panel-note", `The figures can't be shown. ${reason}`));
  }
}

function partsOf(stats: SessionStats): HTMLElement[] {
  const chart = eventsChart(stats);
  const drawing = makeDrawing(140);
  drawing.show(chart);
  return [numbersOf(stats), drawing.element, ...momentsOf(stats)];
}

function numbersOf(stats: SessionStats): HTMLElement {
  const { time, files, commands, errors, usage, viewers, chat } = stats;
  const numbers: [string, string, string?][] = [
    ["Events", shortText(allEvents(stats.events))],
    ["Thinking", durationText(time.thinking_ms)],
    ["Working", durationText(time.working_ms)],
    ["Waiting", durationText(time.waiting_ms)],
    ["Files", countText(files.touched)],
    ["Lines", `+${shortText(files.lines_added)} −${shortText(files.lines_removed)}`],
    ["Commands", countText(commands.run), `${countText(commands.failed)} failed`],
    ["Errors", countText(errors.count), `${countText(errors.recovered)} recovered`],
    ["Tokens", shortText(usage.input_tokens + usage.output_tokens)],
    ["Cost", costText(usage.cost_usd)],
    ["Peak viewers", countText(viewers.peak), `${countText(viewers.now)} now`],
    ["Chat", countText(chat.from_viewers + chat.from_agent)],
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

/** Empty buckets become bars of height 0. */
function eventsChart({
  agent_id: agentId,
  session_id: sessionId,
  buckets,
  bucket_ms: bucketMs,
}: SessionStats): Chart {
  const known = new Map(buckets.map((bucket) => [Date.parse(bucket.at), bucket]));
  const [first = 0, last = 0] = [
    Date.parse(buckets[0]?.at ?? ""),
    Date.parse(buckets.at(-1)?.at ?? ""),
  ];
  const rows: Chart["rows"] = [];
  for (let at = first; at <= last; at += bucketMs) {
    const bucket = known.get(at);
    const time = new Date(at).toISOString();
    rows.push({
      label: clockText(time),
      title: dateAndClockText(time),
      ...(bucket && { href: `/watch/${agentId}/${sessionId}#e${bucket.seq}` }),
      values: eventValues(bucket?.events ?? {}),
    });
  }
  const size = bucketMs === 60_000 ? "minute" : durationText(bucketMs);
  return {
    unit: `events per ${size}`,
    of: "From",
    scale: "count",
    columns: eventColumns(countText),
    rows,
  };
}

function momentsOf(stats: SessionStats): HTMLElement[] {
  const {
    agent_id: agentId,
    session_id: sessionId,
    first_at: firstAt,
    most_watched: maxWatched,
  } = stats;
  if (maxWatched.length === 0) return [];
  const links = maxWatched.map(({ at, seq, viewers }) => ({
    href: `/watch/${agentId}/${sessionId}#e${seq}`,
    text: `${elapsedText(Date.parse(at) - Date.parse(firstAt))}: ${many(viewers, "viewer")}`,
  }));
  return [make("h4", "panel-title", "Most watched"), makeMoments(links)];
}
