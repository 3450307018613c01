/** A figure on the page: the number, then its chart, then its table behind a toggle. */
import { make, write } from "../frame/element.ts";
import { type DrawnChart, drawChart } from "./chart.ts";
import { type Chart, type Figure, isEmpty } from "./figure.ts";
import { makeTable } from "./figure-table.ts";

export interface FigureView {
  element: HTMLElement;
  show(figure: Figure): void;
}

/** `height` of the chart in pixels. */
export function makeFigure(key: string, height: number): FigureView {
  const element = make("section", "figure-box");
  element.dataset.figure = key;
  const title = make("h3", "figure-title");
  const value = make("p", "figure-value figure");
  const note = make("p", "figure-note figure");
  const drawing = makeDrawing(height);
  element.append(title, value, note, drawing.element);
  return {
    element,
    show(figure) {
      write(title, figure.title);
      write(value, figure.value);
      write(note, figure.note);
      drawing.show(figure.chart);
    },
  };
}

/** A chart with its unit, its table, and a legend that shows the values of the bar under the pointer. */
export function makeDrawing(height: number) {
  const element = make("div", "drawing");
  const place = make("div", "drawing-place");
  const legend = make("p", "drawing-legend figure");
  const table = make("details", "drawing-table");
  table.append(make("summary", "", "Table"));
  place.setAttribute("role", "img");
  element.append(place, legend, table);
  place.style.minHeight = `${height}px`;

  let shown: Chart;
  let drawn: Promise<DrawnChart> | undefined;
  const fillTable = () => {
    if (table.open) table.replaceChildren(table.children[0] as Element, makeTable(shown));
  };
  table.addEventListener("toggle", fillTable);

  return {
    element,
    /** Only the table, for a chart that another module draws. */
    showTable(chart: Chart) {
      shown = chart;
      element.hidden = isEmpty(chart);
      place.hidden = true;
      legend.hidden = true;
      fillTable();
    },
    show(chart: Chart) {
      shown = chart;
      element.hidden = isEmpty(chart);
      if (element.hidden) return;
      place.setAttribute("aria-label", `Chart of ${chart.unit}. The table holds its numbers.`);
      fillLegend(legend, chart, null);
      fillTable();
      if (drawn) return void drawn.then((one) => one.show(chart));
      drawn = drawChart(chart, {
        place,
        height,
        onPoint: (row) => fillLegend(legend, shown, row),
      });
      // The numbers and the table work without it.
      drawn.catch(() => place.remove());
    },
  };
}

function fillLegend(legend: HTMLElement, { unit, columns, rows }: Chart, row: number | null) {
  const pointed = row === null ? undefined : rows[row];
  const lead = make("span", "drawing-unit", pointed ? pointed.title : unit);
  const entries = columns.map((column, index) => {
    const entry = make("span", "drawing-entry");
    const swatch = make("span", "drawing-swatch");
    swatch.style.background = `var(${column.colour})`;
    const amount = pointed ? ` ${column.text(pointed.values[index] ?? 0)}` : "";
    entry.append(swatch, `${column.label}${amount}`);
    return entry;
  });
  legend.replaceChildren(lead, ...(columns.length > 1 || pointed ? entries : []));
}
