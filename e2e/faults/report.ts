/** The long form's table: one line a seed, and the sums. */
import type { RunResult } from "./run.ts";

export function table_of(results: readonly RunResult[]): string {
  const rows = results.map((result) => [
    ...[result.seed, result.sent, result.lost, result.doubled, result.out_of_order],
    ...[result.is_viewer_exact ? "exact" : "WRONG", seconds(result.agent_ms)],
    ...[seconds(result.viewer_ms), seconds(Math.max(0, result.live_too_long_ms))],
  ]);
  const sum = (of: (result: RunResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const slowest = (of: (result: RunResult) => number) => seconds(Math.max(...results.map(of)));
  const exact = results.filter(({ is_viewer_exact }) => is_viewer_exact).length;
  const all = [
    ...["all", sum(({ sent }) => sent), sum(({ lost }) => lost), sum(({ doubled }) => doubled)],
    ...[sum(({ out_of_order }) => out_of_order), `${exact}/${results.length}`],
    ...[slowest(({ agent_ms }) => agent_ms), slowest(({ viewer_ms }) => viewer_ms)],
    slowest(({ live_too_long_ms }) => Math.max(0, live_too_long_ms)),
  ];
  const faults = new Set(results.flatMap(({ struck }) => struck.split(",")));
  return [
    ...[headings, ...rows, all].map((row) => row.map((cell) => `${cell}`.padStart(10)).join("")),
    `Faults that struck: ${[...faults].sort().join(", ")}`,
  ].join("\n");
}

const headings = [
  ...["seed", "events", "lost", "doubled", "disorder", "viewer", "agent s", "viewer s", "untrue s"],
];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
