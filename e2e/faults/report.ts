/** The long form's table: one line a seed, and the sums. */
import type { RunResult } from "./run.ts";

export function tableOf(results: readonly RunResult[]): string {
  const rows = results.map((result) => [
    ...[result.seed, result.sent, result.lost, result.doubled, result.outOfOrder],
    ...[result.isViewerExact ? "exact" : "WRONG", seconds(result.agentMs)],
    ...[seconds(result.viewerMs), seconds(Math.max(0, result.liveTooLongMs))],
  ]);
  const sum = (of: (result: RunResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const slowest = (of: (result: RunResult) => number) => seconds(Math.max(...results.map(of)));
  const exact = results.filter(({ isViewerExact }) => isViewerExact).length;
  const all = [
    ...["all", sum(({ sent }) => sent), sum(({ lost }) => lost), sum(({ doubled }) => doubled)],
    ...[sum(({ outOfOrder }) => outOfOrder), `${exact}/${results.length}`],
    ...[slowest(({ agentMs }) => agentMs), slowest(({ viewerMs }) => viewerMs)],
    slowest(({ liveTooLongMs }) => Math.max(0, liveTooLongMs)),
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
