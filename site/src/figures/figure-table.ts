import { make } from "../frame/element.ts";
import type { Chart } from "./figure.ts";

/** Newest first, without rows in which nothing happened. */
export function makeTable({ unit, of, columns, rows }: Chart): HTMLElement {
  const scroller = make("div", "table-scroller");
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "region");
  scroller.setAttribute("aria-label", `Table of ${unit}`);
  const table = make("table", "figure");
  const head = table.createTHead().insertRow();
  for (const label of [of, ...columns.map((column) => column.label)]) {
    const cell = make("th", "", label);
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of [...rows].reverse()) {
    if (row.values.every((value) => value === 0)) continue;
    const line = body.insertRow();
    const name = make("th");
    name.scope = "row";
    if (row.href) {
      const link = make("a", "", row.title);
      link.href = row.href;
      name.append(link);
    } else name.textContent = row.title;
    line.append(name);
    columns.forEach(({ text }, index) => {
      line.insertCell().textContent = text(row.values[index] ?? 0);
    });
  }
  const caption = table.createCaption();
  caption.textContent = unit;
  scroller.append(table);
  return scroller;
}
