import { make } from "../frame/element.ts";

/** Links to the most-watched moments. */
export function makeMoments(moments: readonly { href: string; text: string }[]): HTMLElement {
  const list = make("ul", "panel-moments");
  for (const { href, text } of moments) {
    const item = make("li");
    const link = make("a", "figure", text);
    link.href = href;
    item.append(link);
    list.append(item);
  }
  return list;
}
