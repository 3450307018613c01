import type { ComponentProps } from "react";

interface Props extends ComponentProps<"section"> {
  label: string;
}

/** What scrolls can be reached and scrolled by keyboard, in every browser. */
export function Scroller({ label, ...rest }: Props) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, some browsers scroll by mouse only.
  return <section aria-label={label} tabIndex={0} data-scroller {...rest} />;
}
