import { choose_theme, chosen_theme, other_theme } from "../player/theme.ts";
import { element } from "./element.ts";

/** Wires `#theme`, the button of a page's top bar. */
export function wire_theme(): void {
  const button = element("theme", HTMLButtonElement);
  const label = () => {
    button.dataset.next = other_theme(chosen_theme());
    button.title = `Switch to ${button.dataset.next}`;
  };
  button.addEventListener("click", () => {
    choose_theme(other_theme(chosen_theme()));
    label();
  });
  label();
}
