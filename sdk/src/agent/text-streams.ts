/**
 * Texts that span several events: the output of a command, and a thought whose events share a `stream_id`. A part that
 * could begin a secret waits for the event that continues it, however long that takes.
 */
import type { EventDataByType, EventType } from "@kulti/protocol/event.ts";
import type { TextField } from "@kulti/protocol/redact/events.ts";
import { storable } from "@kulti/protocol/text.ts";
import type { TextStream } from "./redaction.ts";

type Data<Type extends EventType> = EventDataByType[Type];

export interface Piece<Type extends EventType> {
  data: Data<Type>;
  /** The field that is already redacted. */
  shown?: TextField;
}

export interface TextStreams {
  /**
   * The event with the part of its text that may be shown. Null if there is no such part yet and the event has nothing
   * else; an event that `mustGo` then leaves without text.
   */
  take<Type extends EventType>(type: Type, data: Data<Type>, mustGo: boolean): Piece<Type> | null;
  /** Sends all that waits. */
  end(): void;
}

type Send = <Type extends EventType>(type: Type, data: Data<Type>, shown: TextField) => void;

interface Open {
  stream: TextStream;
  sendRest(rest: string): void;
}

/** The most thoughts open at once; beyond it the oldest counts as complete. */
const maxThoughts = 100;

export function createTextStreams(open: () => TextStream, send: Send): TextStreams {
  const outputs = new Map<string, Open>();
  const thoughts = new Map<string, Open>();

  function opened(texts: Map<string, Open>, key: string, sendRest: Open["sendRest"]): TextStream {
    const { stream } = texts.get(key) ?? { stream: open() };
    texts.set(key, { stream, sendRest });
    return stream;
  }

  function endOne(texts: Map<string, Open>, key: string): void {
    const text = texts.get(key);
    texts.delete(key);
    if (text && text.stream.held > 0) text.sendRest(text.stream.end());
  }

  function endAll(texts: Map<string, Open>): void {
    for (const key of [...texts.keys()]) endOne(texts, key);
  }

  function takeOutput(data: Data<"terminal">, mustGo: boolean): Piece<"terminal"> | null {
    const { stream: name, command, exit_code: exitCode } = data;
    // A new command ends the one before.
    if (command !== undefined) endAll(outputs);
    const stream = opened(outputs, name, (text) =>
      send("terminal", { stream: name, text }, "text"),
    );
    const given = storable(data.text);
    let text = stream.push(given);
    if (exitCode !== undefined) {
      text += stream.end();
      endAll(outputs);
    }
    const saysMore = mustGo || command !== undefined || exitCode !== undefined;
    if (text === "" && given !== "" && !saysMore) return null;
    return { data: { ...data, text }, shown: "text" };
  }

  function takeThought(
    data: Data<"thought">,
    streamId: string,
    mustGo: boolean,
  ): Piece<"thought"> | null {
    const { thought_type: thoughtType, done, metadata } = data;
    const stream = opened(thoughts, streamId, (content) =>
      send("thought", { thought_type: thoughtType, content, stream_id: streamId }, "content"),
    );
    const given = storable(data.content);
    let content = stream.push(given);
    if (done === true) {
      content += stream.end();
      thoughts.delete(streamId);
    }
    const oldest = thoughts.size > maxThoughts ? thoughts.keys().next().value : undefined;
    if (oldest !== undefined) endOne(thoughts, oldest);
    const saysMore = mustGo || done === true || metadata !== undefined;
    if (content === "" && given !== "" && !saysMore) return null;
    return { data: { ...data, content }, shown: "content" };
  }

  return {
    take<Type extends EventType>(type: Type, data: Data<Type>, mustGo: boolean) {
      const fields = data as Partial<Data<"terminal"> & Data<"thought">> | null;
      let piece: Piece<EventType> | null = { data };
      if (type === "terminal" && typeof fields?.text === "string") {
        piece = takeOutput(data as Data<"terminal">, mustGo);
      } else if (type === "thought" && typeof fields?.content === "string" && fields.stream_id) {
        piece = takeThought(data as Data<"thought">, fields.stream_id, mustGo);
      }
      return piece as Piece<Type> | null;
    },
    end() {
      endAll(outputs);
      endAll(thoughts);
    },
  };
}
