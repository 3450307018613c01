/** A thought written piece by piece: pieces that come close together travel as one event. */
import { set_timer } from "./timer.ts";

/** The site types text out by itself, so finer steps than this would not be seen. */
const gather_ms = 80;

const longest_secret = 300;

/** How long the last words wait for what follows: half of a secret would not be known as one. */
const hold_ms = 400;

/** How much of the text is complete: all but the last three words of letters that secrets are made of, and but a
 * private key that has only begun.
 */
function complete_length(text: string): number {
  const tail_from = Math.max(0, text.length - longest_secret);
  const words = tail_from + last_words(text.slice(tail_from), 3);
  const key = text.lastIndexOf("-----BEGIN ");
  return key >= 0 && text.indexOf("-----END ", key) < 0 ? Math.min(key, words) : words;
}

/** Where the last `count` words of ASCII letters and signs begin. */
function last_words(text: string, count: number): number {
  let at = text.length;
  for (let word = 0; word < count; word++) {
    const end = word === 0 ? at : text.slice(0, at).trimEnd().length;
    let start = end;
    while (start > 0 && /[!-~]/.test(text[start - 1] as string)) start -= 1;
    if (word > 0 && (end === at || start === end)) return at;
    at = start;
  }
  return at;
}

export interface ThoughtStream {
  /** Id shared by the events of this thought. */
  readonly id: string;
  write(text: string): void;
  /** The thought is complete; what is written later is left out. */
  end(): void;
}

export interface OpenStream extends ThoughtStream {
  /** Sends what was gathered, so that an event which follows stays behind it. */
  flush(): void;
}

export function create_thought_stream(
  append: (stream_id: string, content: string, is_done: boolean) => void,
): OpenStream {
  const id = crypto.randomUUID();
  let gathered = "";
  let has_started = false;
  let has_ended = false;
  let cancel: (() => void) | null = null;
  let is_held = false;

  function send(length: number): void {
    cancel?.();
    cancel = null;
    is_held = false;
    if (length === 0) return;
    const content = gathered.slice(0, length);
    gathered = gathered.slice(length);
    has_started = true;
    append(id, content, false);
  }

  const flush = (): void => send(gathered.length);

  function send_complete(): void {
    send(complete_length(gathered));
    if (gathered === "") return;
    cancel = set_timer(flush, hold_ms);
    is_held = true;
  }

  return {
    id,
    flush,
    write(text) {
      if (has_ended) return;
      gathered += text;
      if (!has_started) return send_complete();
      if (is_held) cancel?.();
      if (is_held || !cancel) cancel = set_timer(send_complete, gather_ms);
      is_held = false;
    },
    end() {
      if (has_ended) return;
      has_ended = true;
      cancel?.();
      const content = gathered;
      gathered = "";
      if (has_started || content !== "") append(id, content, true);
    },
  };
}
