import { element, write } from "./element.ts";

/** Says in `#connection` whether what is shown is true now. */
export function showConnection(state: "live" | "reconnecting"): void {
  const word = element("connection", HTMLElement);
  word.dataset.state = state;
  write(word, state === "live" ? "up to date" : state);
}
