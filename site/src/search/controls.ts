/** The field and the filters, kept in the page's address. */
import { type EventType, eventTypes } from "@kulti/protocol";
import { element, make } from "../frame/element.ts";
import { formatSearchForm, parseSearchForm, type SearchForm, timestampOf } from "./search-form.ts";

export interface Controls {
  form(): SearchForm;
  /** Sets the form as the viewer would. */
  set(part: Partial<SearchForm>): void;
  /** Names that the agent's filter offers. */
  offerAgents(agentIds: Iterable<string>): void;
}

/** `changed` is told whether more is likely to be typed. */
export function wireControls(changed: (form: SearchForm, isTyping: boolean) => void): Controls {
  const field = element("q", HTMLInputElement);
  const type = element("type", HTMLSelectElement);
  const agent = element("agent", HTMLInputElement);
  const file = element("file", HTMLInputElement);
  const time = element("time", HTMLSelectElement);
  const from = element("from", HTMLInputElement);
  const to = element("to", HTMLInputElement);
  const clear = element("clear-filters", HTMLButtonElement);
  let form = parseSearchForm(location.search);

  const show = () => {
    // Skips a field that already has this value, because writing would move the cursor.
    if (field.value !== form.text) field.value = form.text;
    if (agent.value.trim() !== form.agent) agent.value = form.agent;
    if (file.value.trim() !== form.file) file.value = form.file;
    type.value = form.type;
    const isListed = [...time.options].some(({ value }) => value === form.from);
    const isSpan = time.value === "dates" && form.from === "";
    time.value = isListed && !form.to && !isSpan ? form.from : "dates";
    element("dates", HTMLElement).hidden = time.value !== "dates";
    from.value = dayOf(form.from);
    to.value = dayOf(form.to);
    for (const one of [type, agent, file, time]) one.dataset.set = String(one.value !== "");
    clear.hidden = ![type, agent, file, time].some((one) => one.value !== "");
  };
  const set = (part: Partial<SearchForm>, isTyping = false) => {
    form = { ...form, ...part };
    history.replaceState(history.state, "", `${location.pathname}${formatSearchForm(form)}`);
    show();
    changed(form, isTyping);
  };

  field.addEventListener("input", () => set({ text: field.value }, true));
  agent.addEventListener("input", () => set({ agent: agent.value.trim() }, true));
  file.addEventListener("input", () => set({ file: file.value.trim() }, true));
  type.addEventListener("change", () => set({ type: typeOf(type.value) }));
  time.addEventListener("change", () =>
    set(time.value === "dates" ? { from: dayOf(form.from) } : { from: time.value, to: "" }),
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
    form = parseSearchForm(location.search);
    show();
    changed(form, false);
  });
  show();

  return {
    form: () => form,
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

/** As a date field formats it, in the viewer's time zone. */
function dayOf(text: string): string {
  const moment = timestampOf(text, new Date());
  if (!moment) return "";
  const date = new Date(moment);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
