/**
 * Texts that come in several events: the output of a command, and a thought whose events share a `stream_id`. What could
 * be the beginning of a secret waits for the event that goes on with it, however long that takes.
 */
import type { EventDataByType, EventType } from "@kulti/protocol/event.ts";
import type { TextField } from "@kulti/protocol/redact-events.ts";
import type { TextStream } from "./redaction.ts";
import { clean_text } from "./text.ts";

type Data<Type extends EventType> = EventDataByType[Type];

export interface Piece<Type extends EventType> {
  data: Data<Type>;
  /** The field that is redacted already. */
  shown?: TextField;
}

export interface TextStreams {
  /**
   * The event with what may be shown of its text. Null: nothing yet, and it says nothing else; an event that `must_go` is
   * then one without text.
   */
  take<Type extends EventType>(type: Type, data: Data<Type>, must_go: boolean): Piece<Type> | null;
  /** Sends all that waits. */
  end(): void;
}

type Send = <Type extends EventType>(type: Type, data: Data<Type>, shown: TextField) => void;

interface Open {
  stream: TextStream;
  send_rest(rest: string): void;
}

/** Thoughts that are open at once; of more, the oldest is taken to be complete. */
const most_thoughts = 100;

export function create_text_streams(open: () => TextStream, send: Send): TextStreams {
  const outputs = new Map<string, Open>();
  const thoughts = new Map<string, Open>();

  function opened(texts: Map<string, Open>, key: string, send_rest: Open["send_rest"]): TextStream {
    const { stream } = texts.get(key) ?? { stream: open() };
    texts.set(key, { stream, send_rest });
    return stream;
  }

  function end_one(texts: Map<string, Open>, key: string): void {
    const text = texts.get(key);
    texts.delete(key);
    if (text && text.stream.held > 0) text.send_rest(text.stream.end());
  }

  function end_all(texts: Map<string, Open>): void {
    for (const key of [...texts.keys()]) end_one(texts, key);
  }

  function take_output(data: Data<"terminal">, must_go: boolean): Piece<"terminal"> | null {
    const { stream: name, command, exit_code } = data;
    // A command that starts ends the one before.
    if (command !== undefined) end_all(outputs);
    const stream = opened(outputs, name, (text) =>
      send("terminal", { stream: name, text }, "text"),
    );
    const given = clean_text(data.text);
    let text = stream.push(given);
    if (exit_code !== undefined) {
      text += stream.end();
      end_all(outputs);
    }
    const says_more = must_go || command !== undefined || exit_code !== undefined;
    if (text === "" && given !== "" && !says_more) return null;
    return { data: { ...data, text }, shown: "text" };
  }

  function take_thought(
    data: Data<"thought">,
    stream_id: string,
    must_go: boolean,
  ): Piece<"thought"> | null {
    const { thought_type, done, metadata } = data;
    const stream = opened(thoughts, stream_id, (content) =>
      send("thought", { thought_type, content, stream_id }, "content"),
    );
    const given = clean_text(data.content);
    let content = stream.push(given);
    if (done === true) {
      content += stream.end();
      thoughts.delete(stream_id);
    }
    const oldest = thoughts.size > most_thoughts ? thoughts.keys().next().value : undefined;
    if (oldest !== undefined) end_one(thoughts, oldest);
    const says_more = must_go || done === true || metadata !== undefined;
    if (content === "" && given !== "" && !says_more) return null;
    return { data: { ...data, content }, shown: "content" };
  }

  return {
    take<Type extends EventType>(type: Type, data: Data<Type>, must_go: boolean) {
      const fields = data as Partial<Data<"terminal"> & Data<"thought">> | null;
      let piece: Piece<EventType> | null = { data };
      if (type === "terminal" && typeof fields?.text === "string") {
        piece = take_output(data as Data<"terminal">, must_go);
      } else if (type === "thought" && typeof fields?.content === "string" && fields.stream_id) {
        piece = take_thought(data as Data<"thought">, fields.stream_id, must_go);
      }
      return piece as Piece<Type> | null;
    },
    end() {
      end_all(outputs);
      end_all(thoughts);
    },
  };
}
