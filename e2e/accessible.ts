/** Findings of axe-core on a page, and parts that overflow. axe needs a context that bypasses the page's policy. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
}

/** Expects that axe finds nothing serious or critical in either theme; colours may take time to change. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect
      .poll(() => violations(page), { message: `${what}, ${colorScheme}`, timeout: 5_000 })
      .toEqual([]);
  }
}

/** Serious and critical findings, each with the elements concerned. */
async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  });
}

/** These may be wider than their container: code keeps its lines. */
const wide = ".code, .tabs, .xterm, .xterm *";

/** Elements that scroll sideways but should not, controls that another element covers, placeholders that are cut. */
export const misfits = (page: Page): Promise<string[]> =>
  page.evaluate((wide) => {
    const name = (element: Element) => `${element.tagName.toLowerCase()}.${element.className}`;
    const wider = (element: Element) => element.scrollWidth > element.clientWidth + 1;
    const sideways = [...document.querySelectorAll("body *")].filter(
      (element) =>
        wider(element) &&
        !element.matches(wide) &&
        /auto|scroll/.test(getComputedStyle(element).overflowX),
    );
    const isInView = (element: Element, x: number, y: number): boolean => {
      const parent = element.parentElement;
      if (!parent) return x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;
      const { left, right, top, bottom } = parent.getBoundingClientRect();
      const cuts = getComputedStyle(parent).overflow !== "visible";
      const isCut = cuts && (x < left || x > right || y < top || y > bottom);
      return !isCut && isInView(parent, x, y);
    };
    const controls = "a[href], button, input, textarea, select, summary, [role=slider]";
    const covered = [...document.querySelectorAll(controls)].filter((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      if (width < 2 || element.closest(`.hidden, .skip, ${wide}`) || !isInView(element, x, y))
        return false;
      const above = document.elementFromPoint(x, y);
      return above !== null && !element.contains(above) && !above.contains(element);
    });
    const pen = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
    const cut = [...document.querySelectorAll<HTMLInputElement>("input[placeholder]")].filter(
      (input) => {
        const { font, paddingLeft, paddingRight } = getComputedStyle(input);
        pen.font = font;
        const room =
          input.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
        return room > 0 && pen.measureText(input.placeholder).width > room;
      },
    );
    return [
      ...(wider(document.documentElement) ? ["the page scrolls sideways"] : []),
      ...sideways.map((element) => `${name(element)} scrolls sideways`),
      ...covered.map((element) => `${name(element)} is covered`),
      ...cut.map(({ placeholder }) => `the placeholder "${placeholder}" is cut`),
    ];
  }, wide);
