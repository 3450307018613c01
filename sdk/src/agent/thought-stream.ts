/** A thought written piece by piece: pieces that come close together become one event. */
import type { TextStream } from "./redaction.ts";
import { setTimer } from "./timer.ts";

/** The site types text out, so finer steps would not be visible. */
const gatherMs = 80;

export interface ThoughtStream {
  /** Id shared by the events of this thought. */
  readonly id: string;
  write(text: string): void;
  /** The thought is complete; later writes are ignored. */
  end(): void;
}

export interface OpenStream extends ThoughtStream {
  /** Sends the gathered text before an event that follows; a possible secret still waits for its rest. */
  flush(): void;
}

export function createThoughtStream(
  textStream: TextStream,
  append: (streamId: string, content: string, isDone: boolean) => void,
): OpenStream {
  const id = crypto.randomUUID();
  let gathered = "";
  let hasStarted = false;
  let hasEnded = false;
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (gathered === "") return;
    const content = gathered;
    gathered = "";
    hasStarted = true;
    append(id, content, false);
  }

  return {
    id,
    flush,
    write(text) {
      if (hasEnded) return;
      gathered += textStream.push(text);
      if (gathered !== "") cancel ??= setTimer(flush, hasStarted ? gatherMs : 0);
    },
    end() {
      if (hasEnded) return;
      hasEnded = true;
      cancel?.();
      const content = gathered + textStream.end();
      gathered = "";
      if (hasStarted || content !== "") append(id, content, true);
    },
  };
}
