import type { StageError } from "@kulti/protocol";
import { TriangleAlert } from "lucide-react";
import { inOrder } from "../../text/bidi.ts";
import { RowTime } from "../parts/RowTime.tsx";
import { Scroller } from "../parts/Scroller.tsx";
import { Text } from "../parts/Text.tsx";

/** An error: its message, its place, and the agent's plan to recover. */
export function ErrorRow({ error }: { error: StageError }) {
  const place = error.file ? `${inOrder(error.file)}${error.line ? `:${error.line}` : ""}` : null;
  return (
    <article className="row error-row" data-testid="error" data-seq={error.seq} data-begins-run>
      <RowTime at={error.at} />
      <div className="row-body">
        <span className="type-word">
          <TriangleAlert className="icon" aria-hidden="true" />
          error
        </span>
        <p className="thought-text" dir="auto">
          <Text text={error.message} />
        </p>
        {place && (
          <code className="error-place">
            <bdi>{place}</bdi>
          </code>
        )}
        {error.stack && (
          <details>
            <summary>Stack</summary>
            <Scroller label="Stack" className="error-stack">
              <pre>{error.stack}</pre>
            </Scroller>
          </details>
        )}
        {error.recovery_strategy && (
          <p className="recovery" dir="auto">
            Next: <Text text={error.recovery_strategy} />
          </p>
        )}
      </div>
    </article>
  );
}
