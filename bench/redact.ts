/**
 * Measures redaction: how many made-up secrets it finds, whole and cut in two; false positives in ordinary text; cost.
 */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { leaks, makeSamples, seeded } from "@kulti/protocol/redact/corpus.ts";
import { redactEvents } from "@kulti/protocol/redact/events.ts";
import { redact } from "@kulti/protocol/redact/redact.ts";
import { findSecrets } from "@kulti/protocol/redact/scan.ts";

export interface RedactLoad {
  /** Corpora of secrets, each with its own seed. */
  seeds: number;
  ordinaryBytes: number;
}

export interface RedactResult {
  kinds: number;
  samples: number;
  /** Shares of the samples that are redacted completely. */
  recallWhole: number;
  recallCut: number;
  cuts: number;
  ordinaryBytes: number;
  /** All marks in ordinary text, with their file and surroundings, including example credentials in documentation. */
  hits: string[];
  megabytesPerSecond: number;
  usPerEvent: number;
  /** A megabyte of the most expensive text. */
  worstMs: number;
}

const root = join(import.meta.dirname, "..");

export function measureRedact(load: RedactLoad): RedactResult {
  return { ...recall(load.seeds), ...ordinary(load.ordinaryBytes), ...costs() };
}

function recall(seeds: number) {
  const samples = Array.from({ length: seeds }, (_, seed) => makeSamples(seed + 1)).flat();
  const found = samples.filter((sample) => !leaks(sample, redact(sample.text)));
  let cuts = 0;
  let hidden = 0;
  for (const sample of makeSamples(1)) {
    for (let cut = 1; cut < sample.text.length; cut++) {
      const { events } = redactEvents(
        [sample.text.slice(0, cut), sample.text.slice(cut)].map((text) => ({
          type: "terminal" as const,
          data: { stream: "stdout" as const, text },
        })),
      );
      cuts++;
      if (!leaks(sample, events.map(({ data }) => data.text).join(""))) hidden++;
    }
  }
  return {
    kinds: new Set(samples.map(({ kind }) => kind)).size,
    samples: samples.length,
    recallWhole: found.length / samples.length,
    recallCut: hidden / cuts,
    cuts,
  };
}

function ordinary(bytes: number) {
  let read = 0;
  let usedUs = 0;
  const hits: string[] = [];
  for (const [name, text] of ordinaryTexts(bytes)) {
    read += text.length;
    const before = process.cpuUsage().user;
    const { secrets } = findSecrets(text);
    usedUs += process.cpuUsage().user - before;
    for (const { start, end, kind } of secrets) {
      const around = `${text.slice(Math.max(0, start - 40), start)}⟦${text.slice(start, Math.min(end, start + 60))}⟧`;
      hits.push(`${kind} in ${name}: ${JSON.stringify(around)}`);
    }
  }
  return { ordinaryBytes: read, hits, megabytesPerSecond: read / usedUs };
}

/** The lockfile, hashes, identifiers, pictures, the site's bundles, and files of node_modules in random order. */
function* ordinaryTexts(bytes: number): Generator<[string, string]> {
  yield ["package-lock.json", readFileSync(join(root, "package-lock.json"), "utf8")];
  const random = seeded(1);
  const sha = (size: number) =>
    createHash("sha256").update(`${random()}`).digest("hex").slice(0, size);
  const log = Array.from(
    { length: 10_000 },
    (_, n) => `${sha(40)} commit ${n}: ${sha(7)}..${sha(7)}`,
  );
  yield ["hashes", log.join("\n")];
  const uuid = () => [8, 4, 4, 4, 12].map((size) => sha(size)).join("-");
  yield ["identifiers", Array.from({ length: 10_000 }, () => `{"id": "${uuid()}"}`).join("\n")];
  const picture = Buffer.from(Float64Array.from({ length: 100_000 }, random).buffer);
  yield ["pictures", `<img src="data:image/png;base64,${picture.toString("base64")}">`];
  let left = bytes - 3_000_000;
  const files = [join(root, "site", "dist"), join(root, "node_modules")].flatMap((folder) => [
    ...textFiles(folder),
  ]);
  const order = (path: string) => createHash("md5").update(relative(root, path)).digest("hex");
  const mixed = files.map((path) => ({ path, key: order(path) }));
  mixed.sort((one, other) => (one.key < other.key ? -1 : 1));
  for (const { path } of mixed) {
    if (left <= 0) return;
    if (statSync(path).size > 8_000_000) continue;
    const text = readFileSync(path, "utf8");
    left -= text.length;
    yield [relative(root, path), text];
  }
}

function* textFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* textFiles(path);
    else if (entry.isFile() && /\.([cm]?[jt]s|json|md|css|html|map|txt|sql|ya?ml)$/.test(path)) {
      yield path;
    }
  }
}

function costs() {
  const words =
    "I looked at the table and found that its head is written twice. Next I run the tests and read src/player/links.ts again to see why the reader waits for 250 ms. ";
  const batch = Array.from({ length: 50 }, (_, n) => ({
    type: "thought" as const,
    data: { thought_type: "general" as const, content: `${n} ${words.repeat(2)}`.slice(0, 250) },
  }));
  for (let round = 0; round < 500; round++) redactEvents(batch);
  const rounds = 2_000;
  const usPerEvent = cpuUs(() => {
    for (let round = 0; round < rounds; round++) redactEvents(batch);
  });
  const hostile = [
    "sk-",
    "pwd=",
    "token=",
    "password=a1B2c3D4&",
    "cookie: a=",
    "-----BEGIN PRIVATE KEY-----",
  ];
  const worstUs = hostile.map((piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    return cpuUs(() => void findSecrets(text));
  });
  return {
    usPerEvent: usPerEvent / rounds / batch.length,
    worstMs: Math.max(...worstUs) / 1000,
  };
}

function cpuUs(run: () => void): number {
  const before = process.cpuUsage().user;
  run();
  return process.cpuUsage().user - before;
}
