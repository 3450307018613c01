/** The field and the filters: what the viewer looks for, kept in the page's address. */
import { type EventType, eventTypes } from "@kulti/protocol";
import { element, make } from "../frame/element.ts";
import { formatWish, momentOf, parseWish, type Wish } from "./wish.ts";

export interface Controls {
  wish(): Wish;
  /** As if the viewer had set it. */
  set(part: Partial<Wish>): void;
  /** Names that the agent's filter offers. */
  offerAgents(agentIds: Iterable<string>): void;
}

/** `changed` is told whether more is likely to be typed. */
export function wireControls(changed: (wish: Wish, isTyping: boolean) => void): Controls {
  const field = element("q", HTMLInputElement);
  const type = element("type", HTMLSelectElement);
  const agent = element("agent", HTMLInputElement);
  const file = element("file", HTMLInputElement);
  const time = element("time", HTMLSelectElement);
  const from = element("from", HTMLInputElement);
  const to = element("to", HTMLInputElement);
  const clear = element("clear-filters", HTMLButtonElement);
  let wish = parseWish(location.search);

  const show = () => {
    // What stands in a field already is left alone: writing would move the cursor.
    if (field.value !== wish.text) field.value = wish.text;
    if (agent.value.trim() !== wish.agent) agent.value = wish.agent;
    if (file.value.trim() !== wish.file) file.value = wish.file;
    type.value = wish.type;
    const isListed = [...time.options].some(({ value }) => value === wish.from);
    const isSpan = time.value === "dates" && wish.from === "";
    time.value = isListed && !wish.to && !isSpan ? wish.from : "dates";
    element("dates", HTMLElement).hidden = time.value !== "dates";
    from.value = dayOf(wish.from);
    to.value = dayOf(wish.to);
    for (const one of [type, agent, file, time]) one.dataset.set = String(one.value !== "");
    clear.hidden = ![type, agent, file, time].some((one) => one.value !== "");
  };
  const set = (part: Partial<Wish>, isTyping = false) => {
    wish = { ...wish, ...part };
    history.replaceState(history.state, "", `${location.pathname}${formatWish(wish)}`);
    show();
    changed(wish, isTyping);
  };

  field.addEventListener("input", () => set({ text: field.value }, true));
  agent.addEventListener("input", () => set({ agent: agent.value.trim() }, true));
  file.addEventListener("input", () => set({ file: file.value.trim() }, true));
  type.addEventListener("change", () => set({ type: typeOf(type.value) }));
  time.addEventListener("change", () =>
    set(time.value === "dates" ? { from: dayOf(wish.from) } : { from: time.value, to: "" }),
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
    wish = parseWish(location.search);
    show();
    changed(wish, false);
  });
  show();

  return {
    wish: () => wish,
    set,
    offerAgents(agentIds) {
      const options = [...new Set(agentIds)].map((value) =>
        Object.assign(make("option"), { value }),
      );
      element("agents", HTMLDataListElement).replaceChildren(...options);
    },
  };
}

const typeOf = (value: string): EventType | "" => eventTypes.find((one) => one === value) ?? "";

/** As a date field writes it, in the viewer's calendar. */
function dayOf(text: string): string {
  const moment = momentOf(text, new Date());
  if (!moment) return "";
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
