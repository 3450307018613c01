/** Draws bars on a canvas. The library loads with the first chart. */
import type uPlot from "uplot";
import { axisSteps, axisText } from "./axis.ts";
import type { Chart } from "./figure.ts";

export interface DrawnChart {
  /** The chart must have the same columns. */
  show(chart: Chart): void;
}

export interface ChartOptions {
  place: HTMLElement;
  height: number;
  /** Called with the index of the row under the pointer, or null. */
  onPoint(row: number | null): void;
}

let library: Promise<typeof uPlot> | undefined;
const loadLibrary = () => {
  mendLanguage();
  library ??= Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]).then(
    ([module]) => module.default,
  );
  return library;
};

/** uPlot reads the number format as it loads. With a POSIX locale, Chromium reports a language that Intl rejects. */
function mendLanguage(): void {
  try {
    new Intl.NumberFormat(navigator.language);
  } catch {
    Object.defineProperty(navigator, "language", { value: "en", configurable: true });
  }
}

export async function drawChart(chart: Chart, options: ChartOptions): Promise<DrawnChart> {
  const { place, height, onPoint } = options;
  const Plot = await loadLibrary();
  let shown = chart;
  // Draws the top of each stack first and the others over it.
  const order = chart.columns.map((_, index) => index).reverse();
  const ink = (token: string) => () => colourOf(place, token);
  const grid = { stroke: ink("--hairline"), width: 1 };
  const bars = Plot.paths.bars?.({ size: [0.78, 28] });
  const plot = new Plot(
    {
      width: Math.max(place.clientWidth, 80),
      height,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
      scales: {
        // Not uPlot's own range: for a single row it spans a hundred.
        x: { time: false, range: () => [-0.6, shown.rows.length - 0.4] },
        y: { range: (_, min, max) => [Math.min(0, min), Math.max(max, 0) || 1] },
      },
      axes: [
        {
          stroke: ink("--muted"),
          font: axisFont(place),
          size: 24,
          gap: 4,
          space: 64,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
          grid: { show: false },
          ticks: { show: false },
          values: (_, splits) => splits.map((index) => shown.rows[index]?.label ?? ""),
        },
        {
          stroke: ink("--muted"),
          font: axisFont(place),
          size: (_, values) => 10 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length)),
          gap: 4,
          space: 32,
          incrs: axisSteps(chart.scale),
          grid,
          ticks: { show: false },
          values: (_, splits) => splits.map((value) => axisText(shown.scale, value)),
        },
      ],
      series: [
        {},
        ...order.map((index) => ({
          fill: ink(chart.columns[index]?.colour ?? "--muted"),
          width: 0,
          points: { show: false },
          ...(bars && { paths: bars }),
        })),
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    },
    stacked(chart, order),
    place,
  );
  const redraw = () => plot.redraw(false);
  new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
  new MutationObserver(redraw).observe(document.documentElement, {
    attributeFilter: ["data-theme"],
  });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", redraw);
  return {
    show(next) {
      shown = next;
      plot.setData(stacked(next, order));
    },
  };
}

/** uPlot does not stack, so each column is drawn on top of those before it, or below them if it is under zero. */
export function stacked({ columns, rows }: Chart, order: readonly number[]): uPlot.AlignedData {
  const heights = columns.map(() => [] as number[]);
  for (const { values } of rows) {
    let [up, down] = [0, 0];
    columns.forEach(({ isBelow }, index) => {
      const value = values[index] ?? 0;
      if (isBelow) down -= value;
      else up += value;
      heights[index]?.push(isBelow ? down : up);
    });
  }
  return [rows.map((_, index) => index), ...order.map((index) => heights[index] ?? [])];
}

/** A canvas does not support custom properties, so this reads the colour from the current theme. */
function colourOf(place: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const axisFont = (place: HTMLElement) => `12px ${getComputedStyle(place).fontFamily}`;
