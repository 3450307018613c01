/** A button that opens a small panel above itself; Escape, a click elsewhere or a choice closes it. */
import { type ReactNode, useEffect, useRef, useState } from "react";

interface Props {
  /** The content of the button. */
  face: ReactNode;
  title: string;
  /** Screen readers read it before the button's content, if that alone does not describe the button. */
  label?: string;
  testId: string;
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
  testId,
  side = "end",
  place = "above",
  data,
  className = "",
  children,
}: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  useEffect(() => {
    if (!isOpen) return;
    const panel = root.current?.querySelector<HTMLElement>(".menu-panel");
    const first =
      panel?.querySelector<HTMLElement>('[aria-current="true"], [aria-checked="true"]') ??
      panel?.querySelector<HTMLElement>("button, input, a");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "nearest" });
    const leave = (event: PointerEvent | FocusEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  }, [isOpen]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only handles keys for the elements inside.
    <div
      className="menu"
      ref={root}
      data-side={side}
      data-place={place}
      onKeyDown={(event) => {
        if (!isOpen) return;
        if (event.key === "Escape") {
          event.preventDefault();
          close();
        }
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (by === undefined) return;
        event.preventDefault();
        moveFocus(event.currentTarget, by);
      }}
    >
      <button
        type="button"
        className={`tool-button ${className}`}
        ref={button}
        aria-expanded={isOpen}
        aria-haspopup="true"
        title={title}
        data-testid={testId}
        {...data}
        onClick={() => setOpen(!isOpen)}
      >
        {label && <span className="hidden">{label} </span>}
        {face}
      </button>
      {isOpen && <div className="menu-panel">{children(close)}</div>}
    </div>
  );
}

function moveFocus(root: HTMLElement, by: number): void {
  const entries = [...root.querySelectorAll<HTMLElement>(".menu-panel :is(button, input, a)")];
  const at = entries.indexOf(document.activeElement as HTMLElement);
  entries.at((at + by + entries.length) % entries.length)?.focus();
}
