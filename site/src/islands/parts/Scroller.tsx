import type { ComponentProps } from "react";

interface Props extends ComponentProps<"section"> {
  label: string;
}

/** A scrolling box that the keyboard can reach and scroll in every browser. */
export function Scroller({ label, ...rest }: Props) {
  // biome-ignore lint/a11y/noNoninteractiveTabindex: without it, some browsers scroll by mouse only.
  return <section aria-label={label} tabIndex={0} data-scroller {...rest} />;
}
