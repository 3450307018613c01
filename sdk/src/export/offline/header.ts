/** The agent, its status and its task in one line. Goal and milestones unfold. */
import type { Stage } from "@kulti/protocol/fold/stage.ts";
import type { Head } from "@kulti/protocol/wire.ts";
import { element, icon, icons } from "./element.ts";

export function createHeader(head: Head) {
  const status = element("span", { class: "status" });
  const task = element("span", { class: "task", dir: "auto" });
  const plan = element("details", { class: "plan" });
  const theme = element("button", { type: "button", class: "tool", "aria-label": "Change theme" });
  theme.append(icon(icons.theme));
  theme.addEventListener("click", () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme
      ? dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    dataset.theme = isDark ? "light" : "dark";
  });
  const node = element(
    "header",
    { class: "top" },
    element("span", { class: "avatar", "aria-hidden": "true" }, initialsOf(head.agent_name)),
    element("strong", { class: "name", dir: "auto" }, head.agent_name),
    status,
    task,
    plan,
    theme,
  );
  let drawn = "";
  return {
    node,
    show({ status: word, task: current, goal, milestones }: Stage): void {
      status.textContent = word;
      task.textContent = current?.title ?? "";
      task.title = current?.title ?? "";
      const all = milestones.values();
      const key = JSON.stringify([goal, all]);
      if (key === drawn) return;
      drawn = key;
      plan.hidden = !goal && all.length === 0;
      const done = all.filter((milestone) => milestone.completed).length;
      const list = element("ul", {});
      for (const { label, completed } of all) {
        list.append(element("li", { "data-done": completed, dir: "auto" }, label));
      }
      plan.replaceChildren(
        element("summary", {}, all.length > 0 ? `${done} of ${all.length}` : "Goal"),
        element("div", { class: "sheet" }, element("p", { dir: "auto" }, goal?.title ?? ""), list),
      );
    },
  };
}

export function initialsOf(name: string): string {
  const words = name.split(/[\s\-_.@]+/u).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => [...new Intl.Segmenter().segment(word)][0]?.segment.toLocaleUpperCase() ?? "")
    .join("");
}
