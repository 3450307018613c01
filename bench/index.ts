/**
 * `npm run bench`: every scenario against one target, or those that are named: `npm run bench -- search`. A table for
 * people, or `--json`.
 */
import { measure_ingest } from "./ingest.ts";
import { measure_latency } from "./latency.ts";
import { read_options } from "./options.ts";
import { measure_redact } from "./redact.ts";
import type { Outcome } from "./scenario.ts";
import { measure_search } from "./search.ts";
import { measure_stage } from "./stage.ts";
import {
  database_from_environment,
  site_from_environment,
  target_from_environment,
} from "./target.ts";

const { names, is_json, viewers, rate, seconds, events } = read_options(process.argv.slice(2));
const target = target_from_environment();
const scenarios = {
  latency: async () => {
    const load = {
      viewers,
      events_per_second: rate,
      seconds,
      content_bytes: 200,
    };
    const { kulti, relay } = await measure_latency(target, load);
    const row = (name: string, outcome: Outcome) => ({
      server: name,
      "p50 ms": round(outcome.p50),
      "p95 ms": round(outcome.p95),
      "p99 ms": round(outcome.p99),
      lost: outcome.lost,
      "bytes per viewer and event": Math.round(outcome.bytes_per_delivery),
      "of the event's JSON": round(outcome.bytes_per_delivery / outcome.event_bytes),
    });
    return {
      title: `POST to viewer: ${load.viewers} viewers, ${load.events_per_second} events/s, ${seconds} s`,
      table: [row("kulti", kulti), row("bare relay", relay)],
      result: { load, kulti, relay },
    };
  },
  ingest: async () => {
    const load = { agents: 8, batch_events: 50, seconds: seconds / 2 };
    const result = await measure_ingest(target, load);
    return {
      title: `Durable ingest: ${load.agents} agents, batches of ${load.batch_events}`,
      table: [
        {
          "events/s": Math.round(result.events_per_second),
          "p50 ms": round(result.p50),
          "p99 ms": round(result.p99),
        },
      ],
      result,
    };
  },
  search: async () => {
    const load = { events };
    const result = await measure_search(target, database_from_environment(), load);
    return {
      title: `Search, first page: ${load.events.toLocaleString("en")} events, made in ${Math.round(result.seeded_s)} s`,
      table: result.classes.map(({ name, hits, refused, p50, p95 }) => ({
        query: name,
        "hits on average": Math.round(hits),
        refused,
        "p50 ms": round(p50),
        "p95 ms": round(p95),
      })),
      result,
    };
  },
  stage: async () => {
    const load = {
      replayed_events: 100_000,
      live_events: 50_000,
      events_per_second: 10,
      seconds: seconds / 2,
    };
    const result = await measure_stage(target, site_from_environment(), load);
    const { first_picture, whole_session_ms, seek, frame, empty_page_frame } = result;
    const whole = (what: string, value: number, unit: string) => ({
      what,
      p50: round(value),
      unit,
    });
    const spread = (what: string, { p50, p95 }: { p50: number; p95: number }) => ({
      ...{ what, p50: round(p50), p95: round(p95), unit: "ms" },
    });
    return {
      title: `Stage in a browser: ${load.replayed_events} events replayed; ${load.events_per_second} events/s onto ${load.live_events}`,
      table: [
        spread("first picture", first_picture),
        whole("whole session read", whole_session_ms, "ms"),
        spread("seek", seek),
        spread("between frames, live", frame),
        spread("between frames, empty page", empty_page_frame),
        whole(
          "JavaScript before the first event, watch",
          result.script_bytes.watch / 1024,
          "KB gzip",
        ),
        whole("JavaScript, lobby", result.script_bytes.lobby / 1024, "KB gzip"),
      ],
      result,
    };
  },
  redact: async () => {
    const result = measure_redact({ seeds: 3, ordinary_bytes: 20_000_000 });
    const percent = (share: number) => `${round(share * 1000) / 10} %`;
    return {
      title: `Redaction: ${result.samples} invented secrets of ${result.kinds} kinds, ${result.cuts} cuts, ${round(result.ordinary_bytes / 1e6)} MB of ordinary text`,
      table: [
        {
          "found whole": percent(result.recall_whole),
          "found cut in two": percent(result.recall_cut),
          "hits per 5 MB": round((result.hits.length * 5e6) / result.ordinary_bytes),
          "MB/s": round(result.megabytes_per_second),
          "µs per event of 250 B": round(result.us_per_event),
          "worst MB, ms": round(result.worst_ms),
        },
        ...result.hits.map((hit) => ({ hit })),
      ],
      result,
    };
  },
};

const results: Record<string, unknown> = {};
for (const name of names) {
  const { title, table, result } = await scenarios[name]();
  results[name] = result;
  if (is_json) continue;
  console.log(`\n${title}`);
  console.table(table);
}
if (is_json) console.log(JSON.stringify(results, null, 2));

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
