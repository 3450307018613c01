import { emptyStage, foldAll, type StoredEvent } from "@kulti/protocol";
import { storedEvents } from "@kulti/protocol/arbitrary.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHistory } from "./history.ts";

const seen = (value: unknown) => JSON.parse(JSON.stringify(value));

/** A table that returns short pages. */
const table = (events: readonly StoredEvent[], rows = 7) => ({
  read: async (afterSeq: number) => events.slice(afterSeq, afterSeq + rows),
});

/** Repeats the given events until the session needs pages and checkpoints. */
const repeated = (events: readonly StoredEvent[], times: number): StoredEvent[] =>
  Array.from({ length: times }, () => events)
    .flat()
    .map((event, index) => ({ ...event, seq: index + 1 }));

const foldUntil = (events: readonly StoredEvent[], seq: number) =>
  seen(foldAll(emptyStage, events.slice(0, seq)));

describe("any snapshot is the fold", () => {
  test("of the events until then: any events, any cut into batches, any order of seeks", async () => {
    await fc.assert(
      fc.asyncProperty(
        storedEvents,
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        async (few, times, seeks, cuts) => {
          const events = repeated(few, times * 3);
          const history = createHistory({ ...table(events), pageBytes: 2_000 });
          let from = 0;
          for (const to of [...cuts.map((cut) => cut % (events.length + 1)), events.length].sort(
            (one, other) => one - other,
          )) {
            history.append(events.slice(from, to));
            from = to;
          }
          let near = history.edge;
          for (const seek of seeks) {
            const seq = seek % (events.length + 1);
            const snapshot = history.snapshotAt(seq, near) ?? (await history.recall(seq));
            expect(seen(snapshot.stage)).toEqual(foldUntil(events, seq));
            const { thoughts, errors, questions } = snapshot.stage;
            expect(snapshot.rows.length).toBe(thoughts.length + errors.length + questions.length);
            near = snapshot;
          }
          expect(seen(history.edge.stage)).toEqual(foldUntil(events, events.length));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("passTo brings what append brought, also past checkpoints", () => {
    fc.assert(
      fc.property(storedEvents, fc.nat(), fc.nat(), (few, one, other) => {
        const events = repeated(few, Math.ceil(600 / Math.max(1, few.length)));
        const [from, to] = [one, other]
          .map((cut) => cut % (events.length + 1))
          .sort((a, b) => a - b) as [number, number];
        const history = createHistory(table(events));
        history.append(events.slice(0, from));
        const start = history.edge;
        const appended = history.append(events.slice(from, to));
        const arrived = history.edge;
        history.append(events.slice(to));
        const way = history.passTo(to, start);
        expect(seen(way?.passed)).toEqual(seen(appended));
        expect(seen(way?.snapshot)).toEqual(seen(arrived));
        expect(appended.work.length).toBe(
          events.slice(from, to).filter(({ type }) => type === "code" || type === "terminal")
            .length,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("by time: state(seek t) holds the events at or before t, and time never runs backwards", () => {
    fc.assert(
      fc.property(
        storedEvents,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true })),
        (all, parts) => {
          const history = createHistory(table(all));
          history.append(all);
          const { timeline } = history;
          let greatest = Number.NEGATIVE_INFINITY;
          const times = all.map((event) => {
            greatest = Math.max(greatest, Date.parse(event.at));
            return greatest - timeline.beganAt;
          });
          expect(all.map((event) => timeline.msOf(event.seq))).toEqual(times);
          for (const part of parts) {
            const ms = part * timeline.endMs;
            const seq = timeline.seqAt(ms);
            expect(seq).toBe(times.filter((time) => time <= ms).length);
            expect(seen(history.snapshotAt(seq)?.stage)).toEqual(foldUntil(all, seq));
          }
        },
      ),
    );
  });

  test("memory stays within its bounds while a large file is written again and again", async () => {
    const events = Array.from({ length: 2_000 }, (_, index) => ({
      seq: index + 1,
      id: `${index}`,
      at: "2026-11-22T10:00:00Z",
      type: "code",
      data: { filename: "big.txt", action: "write", content: `${index} `.padEnd(50_000, "x") },
    })) as StoredEvent[];
    let reads = 0;
    const history = createHistory({
      read: async (afterSeq) => {
        reads += 1;
        return events.slice(afterSeq, afterSeq + 40);
      },
      pageBytes: 40_000_000,
      checkpointBytes: 1_000_000,
    });
    history.append(events);
    expect(history.snapshotAt(700)).toBeNull();
    const snapshot = await history.recall(700);
    expect(snapshot.stage.files.get("big.txt")?.content).toMatch(/^699 /);
    expect(reads).toBeGreaterThan(0);
    expect(history.bytes).toBeLessThanOrEqual(41_000_000 + 25_100_000);
  });

  test("a seek in 100,000 events folds a few of them: less than 100 ms", () => {
    const history = createHistory(table([]));
    const events = Array.from({ length: 100_000 }, (_, index) => {
      const data =
        index % 3 === 0
          ? { filename: `src/${index % 500}.ts`, action: "write", content: `line ${index}\n` }
          : { thought_type: "general", content: `thought ${index}` };
      const type = index % 3 === 0 ? "code" : "thought";
      return {
        seq: index + 1,
        id: `${index}`,
        at: new Date(index * 500).toISOString(),
        type,
        data,
      };
    }) as StoredEvent[];
    history.append(events);
    for (const seq of [99_999, 1, 50_123, 12_345, 77_777]) {
      const fromMs = process.cpuUsage().user / 1000;
      expect(history.snapshotAt(seq)?.stage.seq).toBe(seq);
      expect(process.cpuUsage().user / 1000 - fromMs).toBeLessThan(100);
    }
  });

  test("says so when what must be read again is gone", async () => {
    const events = repeated(
      [
        {
          seq: 1,
          id: "a",
          at: "2026-11-22T10:00:00Z",
          type: "error",
          data: { message: "x".repeat(500) },
        },
      ],
      600,
    );
    const history = createHistory({ read: async () => [], pageBytes: 10_000 });
    history.append(events);
    await expect(history.recall(10)).rejects.toThrow("the server no longer has it");
  });
});
