/** The field and the filters: what the viewer looks for, kept in the page's address. */
import { type EventType, event_types } from "@kulti/protocol";
import { element, make } from "../frame/element.ts";
import { format_wish, moment_of, parse_wish, type Wish } from "./wish.ts";

export interface Controls {
  wish(): Wish;
  /** As if the viewer had set it. */
  set(part: Partial<Wish>): void;
  /** Names that the agent's filter offers. */
  offer_agents(agent_ids: Iterable<string>): void;
}

/** `changed` is told whether more is likely to be typed. */
export function wire_controls(changed: (wish: Wish, is_typing: boolean) => void): Controls {
  const field = element("q", HTMLInputElement);
  const type = element("type", HTMLSelectElement);
  const agent = element("agent", HTMLInputElement);
  const file = element("file", HTMLInputElement);
  const time = element("time", HTMLSelectElement);
  const from = element("from", HTMLInputElement);
  const to = element("to", HTMLInputElement);
  const clear = element("clear-filters", HTMLButtonElement);
  let wish = parse_wish(location.search);

  const show = () => {
    // What stands in a field already is left alone: writing would move the cursor.
    if (field.value !== wish.text) field.value = wish.text;
    if (agent.value.trim() !== wish.agent) agent.value = wish.agent;
    if (file.value.trim() !== wish.file) file.value = wish.file;
    type.value = wish.type;
    const is_listed = [...time.options].some(({ value }) => value === wish.from);
    const is_span = time.value === "dates" && wish.from === "";
    time.value = is_listed && !wish.to && !is_span ? wish.from : "dates";
    element("dates", HTMLElement).hidden = time.value !== "dates";
    from.value = day_of(wish.from);
    to.value = day_of(wish.to);
    for (const one of [type, agent, file, time]) one.dataset.set = String(one.value !== "");
    clear.hidden = ![type, agent, file, time].some((one) => one.value !== "");
  };
  const set = (part: Partial<Wish>, is_typing = false) => {
    wish = { ...wish, ...part };
    history.replaceState(history.state, "", `${location.pathname}${format_wish(wish)}`);
    show();
    changed(wish, is_typing);
  };

  field.addEventListener("input", () => set({ text: field.value }, true));
  agent.addEventListener("input", () => set({ agent: agent.value.trim() }, true));
  file.addEventListener("input", () => set({ file: file.value.trim() }, true));
  type.addEventListener("change", () => set({ type: type_of(type.value) }));
  time.addEventListener("change", () =>
    set(time.value === "dates" ? { from: day_of(wish.from) } : { from: time.value, to: "" }),
  );
  from.addEventListener("change", () => set({ from: from.value }));
  to.addEventListener("change", () => set({ to: to.value }));
  clear.addEventListener("click", () => {
    time.value = "";
    set({ agent: "", type: "", file: "", from: "", to: "" });
    field.focus();
  });
  element("search", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    set({});
  });
  addEventListener("popstate", () => {
    wish = parse_wish(location.search);
    show();
    changed(wish, false);
  });
  show();

  return {
    wish: () => wish,
    set,
    offer_agents(agent_ids) {
      const options = [...new Set(agent_ids)].map((value) =>
        Object.assign(make("option"), { value }),
      );
      element("agents", HTMLDataListElement).replaceChildren(...options);
    },
  };
}

const type_of = (value: string): EventType | "" => event_types.find((one) => one === value) ?? "";

/** As a date field writes it, in the viewer's calendar. */
function day_of(text: string): string {
  const moment = moment_of(text, new Date());
  if (!moment) return "";
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
