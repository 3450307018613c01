/** A thought written piece by piece: pieces that come close together travel as one event. */
import type { TextStream } from "./redaction.ts";
import { set_timer } from "./timer.ts";

/** The site types text out by itself, so finer steps than this would not be seen. */
const gather_ms = 80;

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

export function create_thought_stream(
  text_stream: TextStream,
  append: (stream_id: string, content: string, is_done: boolean) => void,
): OpenStream {
  const id = crypto.randomUUID();
  let gathered = "";
  let has_started = false;
  let has_ended = false;
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (gathered === "") return;
    const content = gathered;
    gathered = "";
    has_started = true;
    append(id, content, false);
  }

  return {
    id,
    flush,
    write(text) {
      if (has_ended) return;
      gathered += text_stream.push(text);
      if (gathered !== "") cancel ??= set_timer(flush, has_started ? gather_ms : 0);
    },
    end() {
      if (has_ended) return;
      has_ended = true;
      cancel?.();
      const content = gathered + text_stream.end();
      gathered = "";
      if (has_started || content !== "") append(id, content, true);
    },
  };
}
