/** Redaction: invented secrets found, whole and cut in two; false hits in ordinary text; what it costs. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { redact } from "@kulti/protocol/redact.ts";
import { leaks, make_samples, seeded } from "@kulti/protocol/redact-corpus.ts";
import { redact_events } from "@kulti/protocol/redact-events.ts";
import { find_secrets } from "@kulti/protocol/redact-scan.ts";

export interface RedactLoad {
  /** Corpora of secrets, each with its own seed. */
  seeds: number;
  ordinary_bytes: number;
}

export interface RedactResult {
  kinds: number;
  samples: number;
  /** Shares of the samples of which nothing is seen. */
  recall_whole: number;
  recall_cut: number;
  cuts: number;
  ordinary_bytes: number;
  /** All marks in ordinary text, with the file and what stands around: examples of credentials in documentation too. */
  hits: string[];
  megabytes_per_second: number;
  us_per_event: number;
  /** A megabyte of the text that costs most for its size. */
  worst_ms: number;
}

const root = join(import.meta.dirname, "..");

export function measure_redact(load: RedactLoad): RedactResult {
  return { ...recall(load.seeds), ...ordinary(load.ordinary_bytes), ...costs() };
}

function recall(seeds: number) {
  const samples = Array.from({ length: seeds }, (_, seed) => make_samples(seed + 1)).flat();
  const found = samples.filter((sample) => !leaks(sample, redact(sample.text)));
  let cuts = 0;
  let hidden = 0;
  for (const sample of make_samples(1)) {
    for (let cut = 1; cut < sample.text.length; cut++) {
      const { events } = redact_events(
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
    recall_whole: found.length / samples.length,
    recall_cut: hidden / cuts,
    cuts,
  };
}

function ordinary(bytes: number) {
  let read = 0;
  let used_us = 0;
  const hits: string[] = [];
  for (const [name, text] of ordinary_texts(bytes)) {
    read += text.length;
    const before = process.cpuUsage().user;
    const { secrets } = find_secrets(text);
    used_us += process.cpuUsage().user - before;
    for (const { start, end, kind } of secrets) {
      const around = `${text.slice(Math.max(0, start - 40), start)}⟦${text.slice(start, Math.min(end, start + 60))}⟧`;
      hits.push(`${kind} in ${name}: ${JSON.stringify(around)}`);
    }
  }
  return { ordinary_bytes: read, hits, megabytes_per_second: read / used_us };
}

/** The lockfile, hashes, identifiers, pictures, the site's bundles, and files of node_modules in an order of chance. */
function* ordinary_texts(bytes: number): Generator<[string, string]> {
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
    ...text_files(folder),
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

function* text_files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* text_files(path);
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
  for (let round = 0; round < 500; round++) redact_events(batch);
  const rounds = 2_000;
  const us_per_event = cpu_us(() => {
    for (let round = 0; round < rounds; round++) redact_events(batch);
  });
  const hostile = [
    "sk-",
    "pwd=",
    "token=",
    "password=a1B2c3D4&",
    "cookie: a=",
    "-----BEGIN PRIVATE KEY-----",
  ];
  const worst_us = hostile.map((piece) => {
    const text = piece.repeat(1_000_000 / piece.length);
    return cpu_us(() => void find_secrets(text));
  });
  return {
    us_per_event: us_per_event / rounds / batch.length,
    worst_ms: Math.max(...worst_us) / 1000,
  };
}

function cpu_us(run: () => void): number {
  const before = process.cpuUsage().user;
  run();
  return process.cpuUsage().user - before;
}
