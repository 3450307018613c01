/** An agent's last year as 53 weeks of squares: the more events on a day, the stronger its colour. */
import type { AgentStats } from "@kulti/protocol";
import { many } from "../figures/amount.ts";
import { allEvents, type Chart } from "../figures/figure.ts";
import { dayOf, dayTitle } from "./days.ts";

const dayMs = 86_400_000;
const weeks = 53;
const labelHeight = 18;
const svg = "http://www.w3.org/2000/svg";

/** Levels of intensity. Each covers a quarter of the active days, so one busy day does not make the others pale. */
export function stepsOf(counts: readonly number[]): (count: number) => number {
  const sorted = counts.filter((count) => count > 0).sort((one, other) => one - other);
  const bounds = [0.25, 0.5, 0.75].map(
    (part) => sorted[Math.floor((sorted.length - 1) * part)] ?? 0,
  );
  return (count) => (count === 0 ? 0 : 1 + bounds.filter((bound) => count > bound).length);
}

/** The squares from the Monday 52 weeks ago to today. */
export function drawYear(place: HTMLElement, days: AgentStats["days"], now: number): void {
  const counts = new Map(days.map(({ day, events }) => [day, allEvents(events)]));
  const stepOf = stepsOf([...counts.values()]);
  const today = Date.parse(dayOf(now));
  const weekday = (new Date(today).getUTCDay() + 6) % 7;
  const first = today - (weekday + (weeks - 1) * 7) * dayMs;
  const pitch = Math.max(4, Math.min(22, place.clientWidth / weeks));
  const gap = pitch > 9 ? 2 : 1;

  const picture = document.createElementNS(svg, "svg");
  const width = weeks * pitch;
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(7 * pitch + labelHeight));
  picture.setAttribute("role", "img");
  const active = [...counts.values()].filter((count) => count > 0).length;
  picture.setAttribute(
    "aria-label",
    `Activity of the last year: events on ${many(active, "day")}.`,
  );
  let lastLabel = Number.NEGATIVE_INFINITY;
  for (let at = first; at <= today; at += dayMs) {
    const index = Math.round((at - first) / dayMs);
    const [x, y] = [Math.floor(index / 7) * pitch, (index % 7) * pitch + labelHeight];
    const day = dayOf(at);
    const count = counts.get(day) ?? 0;
    picture.append(
      square({
        x,
        y,
        size: pitch - gap,
        step: stepOf(count),
        title: `${dayTitle(day)}: ${many(count, "event")}`,
      }),
    );
    const isFirstOfMonth = day.endsWith("-01");
    if (isFirstOfMonth && x - lastLabel > 34 && x < width - 28) {
      picture.append(month(x, at));
      lastLabel = x;
    }
  }
  place.replaceChildren(picture);
}

/** The table of the year has only days with events. */
export function yearChart(days: AgentStats["days"]): Chart {
  return {
    unit: "events per day (UTC) of the last year",
    of: "Day",
    scale: "count",
    columns: [{ label: "events", colour: "--ink", text: String }],
    rows: days.map(({ day, events }) => ({
      label: day,
      title: dayTitle(day),
      values: [allEvents(events)],
    })),
  };
}

interface Square {
  x: number;
  y: number;
  size: number;
  step: number;
  title: string;
}

function square({ x, y, size, step, title }: Square): SVGElement {
  const shape = document.createElementNS(svg, "rect");
  for (const [name, value] of Object.entries({ x, y, width: size, height: size })) {
    shape.setAttribute(name, value.toFixed(1));
  }
  shape.setAttribute("rx", size > 8 ? "2" : "1");
  shape.dataset.step = String(step);
  const text = document.createElementNS(svg, "title");
  text.textContent = title;
  shape.append(text);
  return shape;
}

function month(x: number, at: number): SVGElement {
  const text = document.createElementNS(svg, "text");
  text.setAttribute("x", x.toFixed(1));
  text.setAttribute("y", "11");
  text.textContent = new Date(at).toLocaleDateString(undefined, {
    month: "short",
    timeZone: "UTC",
  });
  return text;
}
