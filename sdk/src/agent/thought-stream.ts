/** A thought written piece by piece: pieces that come close together travel as one event. */
import type { TextStream } from "./redaction.ts";
import { setTimer } from "./timer.ts";

/** The site types text out by itself, so finer steps than this would not be seen. */
const gatherMs = 80;

export interface ThoughtStream {
  /** Id shared by the events of this thought. */
  readonly id: string;
  write(text: string): void;
  /** The thought is complete; what is written later is left out. */
  end(): void;
}

export interface OpenStream extends ThoughtStream {
  /** Sends what was gathered, so that an event which follows stays behind it; a secret that has begun waits on. */
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
