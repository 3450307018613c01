/** The number of viewers; opens the figures of the session, whose code loads on first use. */
import { ChartColumn } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";

const FiguresDialog = lazy(async () => ({
  default: (await import("./FiguresDialog.tsx")).FiguresDialog,
}));

export function FiguresButton() {
  const { sessionId } = usePlayer();
  const viewers = useSlice((state) => state.head?.viewers ?? 0);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="tool-button figures-button"
        title="Figures of this session"
        aria-haspopup="dialog"
        data-testid="figures"
        onClick={() => setOpen(true)}
      >
        <ChartColumn className="icon" />
        <span className="fact figure" data-testid="viewers" data-viewers={viewers}>
          {viewers} watching
        </span>
        <span className="hidden">, figures of this session</span>
      </button>
      {isOpen && (
        <ErrorBoundary part="the figures" close={() => setOpen(false)}>
          <Suspense>
            <FiguresDialog sessionId={sessionId} close={() => setOpen(false)} />
          </Suspense>
        </ErrorBoundary>
      )}
    </>
  );
}
