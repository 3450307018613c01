/** A button that opens a small panel above itself; Escape, a click elsewhere or a choice closes it. */
import { type ReactNode, useEffect, useRef, useState } from "react";

interface Props {
  /** What the button shows. */
  face: ReactNode;
  title: string;
  /** Said before the face, where that alone does not tell what the button is. */
  label?: string;
  test_id: string;
  /** Which side of the button the panel is aligned with. */
  side?: "start" | "end";
  data?: Record<`data-${string}`, string | number>;
  className?: string;
  place?: "above" | "below";
  children: (close: () => void) => ReactNode;
}

export function Menu({
  face,
  title,
  label,
  test_id,
  side = "end",
  place = "above",
  data,
  className = "",
  children,
}: Props) {
  const [is_open, set_open] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    set_open(false);
    button.current?.focus();
  };

  useEffect(() => {
    if (!is_open) return;
    const panel = root.current?.querySelector<HTMLElement>(".menu-panel");
    const first =
      panel?.querySelector<HTMLElement>('[aria-current="true"], [aria-checked="true"]') ??
      panel?.querySelector<HTMLElement>("button, input, a");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "nearest" });
    const leave = (event: PointerEvent | FocusEvent) => {
      if (!root.current?.contains(event.target as Node)) set_open(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  }, [is_open]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only passes on keys of what is inside.
    <div
      className="menu"
      ref={root}
      data-side={side}
      data-place={place}
      onKeyDown={(event) => {
        if (!is_open) return;
        if (event.key === "Escape") {
          event.preventDefault();
          close();
        }
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        move_focus(event.currentTarget, by);
      }}
    >
      <button
        type="button"
        className={`tool-button ${className}`}
        ref={button}
        aria-expanded={is_open}
        aria-haspopup="true"
        title={title}
        data-testid={test_id}
        {...data}
        onClick={() => set_open(!is_open)}
      >
        {label && <span className="hidden">{label} </span>}
        {face}
      </button>
      {is_open && <div className="menu-panel">{children(close)}</div>}
    </div>
  );
}

function move_focus(root: HTMLElement, by: number): void {
  const entries = [...root.querySelectorAll<HTMLElement>(".menu-panel :is(button, input, a)")];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  entries.at((at + by + entries.length) % entries.length)?.focus();
}
