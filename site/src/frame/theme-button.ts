import { element } from "./element.ts";
import { chooseTheme, chosenTheme, otherTheme } from "./theme.ts";

/** Wires `#theme`, the button of a page's top bar. */
export function wireTheme(): void {
  const button = element("theme", HTMLButtonElement);
  const label = () => {
    button.dataset.next = otherTheme(chosenTheme());
    button.title = `Switch to ${button.dataset.next}`;
  };
  button.addEventListener("click", () => {
    chooseTheme(otherTheme(chosenTheme()));
    label();
  });
  label();
}
