import { element, write } from "./element.ts";

/** Says in `#connection` whether the page is up to date. */
export function showConnection(state: "live" | "reconnecting"): void {
  const word = element("connection", HTMLElement);
  word.dataset.state = state;
  write(word, state === "live" ? "up to date" : state);
}
