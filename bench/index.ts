/**
 * `npm run bench`: every scenario, or only named ones (`npm run bench -- search`), against one target. Prints a table,
 * or JSON with `--json`.
 */
import { measureIngest } from "./ingest.ts";
import { measureLatency } from "./latency.ts";
import { readOptions } from "./options.ts";
import { measureRedact } from "./redact.ts";
import type { Outcome } from "./scenario.ts";
import { measureSearch } from "./search.ts";
import { measureStage } from "./stage.ts";
import { databaseFromEnvironment, siteFromEnvironment, targetFromEnvironment } from "./target.ts";

const { names, isJson, viewers, rate, seconds, events } = readOptions(process.argv.slice(2));
const target = targetFromEnvironment();
const scenarios = {
  latency: async () => {
    const load = {
      viewers,
      eventsPerSecond: rate,
      seconds,
      contentBytes: 200,
    };
    const { kulti, relay } = await measureLatency(target, load);
    const row = (name: string, outcome: Outcome) => ({
      server: name,
      "p50 ms": round(outcome.p50),
      "p95 ms": round(outcome.p95),
      "p99 ms": round(outcome.p99),
      lost: outcome.lost,
      "bytes per viewer and event": Math.round(outcome.bytesPerDelivery),
      "of the event's JSON": round(outcome.bytesPerDelivery / outcome.eventBytes),
    });
    return {
      title: `POST to viewer: ${load.viewers} viewers, ${load.eventsPerSecond} events/s, ${seconds} s`,
      table: [row("kulti", kulti), row("bare relay", relay)],
      result: { load, kulti, relay },
    };
  },
  ingest: async () => {
    const load = { agents: 8, batch_events: 50, seconds: seconds / 2 };
    const result = await measureIngest(target, load);
    return {
      title: `Durable ingest: ${load.agents} agents, batches of ${load.batch_events}`,
      table: [
        {
          "events/s": Math.round(result.eventsPerSecond),
          "p50 ms": round(result.p50),
          "p99 ms": round(result.p99),
        },
      ],
      result,
    };
  },
  search: async () => {
    const load = { events };
    const result = await measureSearch(target, databaseFromEnvironment(), load);
    return {
      title: `Search, first page: ${load.events.toLocaleString("en")} events, made in ${Math.round(result.seededS)} s`,
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
      replayedEvents: 100_000,
      liveEvents: 50_000,
      eventsPerSecond: 10,
      seconds: seconds / 2,
    };
    const result = await measureStage(target, siteFromEnvironment(), load);
    const { firstPicture, wholeSessionMs, seek, frame, emptyPageFrame } = result;
    const whole = (what: string, value: number, unit: string) => ({
      what,
      p50: round(value),
      unit,
    });
    const spread = (what: string, { p50, p95 }: { p50: number; p95: number }) => ({
      what,
      p50: round(p50),
      p95: round(p95),
      unit: "ms",
    });
    return {
      title: `Stage in a browser: ${load.replayedEvents} events replayed; ${load.eventsPerSecond} events/s onto ${load.liveEvents}`,
      table: [
        spread("first picture", firstPicture),
        whole("whole session read", wholeSessionMs, "ms"),
        spread("seek", seek),
        spread("between frames, live", frame),
        spread("between frames, empty page", emptyPageFrame),
        whole(
          "JavaScript before the first event, watch",
          result.scriptBytes.watch / 1024,
          "KB gzip",
        ),
        whole("JavaScript, lobby", result.scriptBytes.lobby / 1024, "KB gzip"),
      ],
      result,
    };
  },
  redact: async () => {
    const result = measureRedact({ seeds: 3, ordinaryBytes: 20_000_000 });
    const percent = (share: number) => `${round(share * 1000) / 10} %`;
    return {
      title: `Redaction: ${result.samples} invented secrets of ${result.kinds} kinds, ${result.cuts} cuts, ${round(result.ordinaryBytes / 1e6)} MB of ordinary text`,
      table: [
        {
          "found whole": percent(result.recallWhole),
          "found cut in two": percent(result.recallCut),
          "hits per 5 MB": round((result.hits.length * 5e6) / result.ordinaryBytes),
          "MB/s": round(result.megabytesPerSecond),
          "µs per event of 250 B": round(result.usPerEvent),
          "worst MB, ms": round(result.worstMs),
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
  if (isJson) continue;
  console.log(`\n${title}`);
  console.table(table);
}
if (isJson) console.log(JSON.stringify(results, null, 2));

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
