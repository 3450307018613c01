/** From a verb to the outbox: fits an event into the contract's limits, redacts it, and joins texts that span several. */
import {
  type EventDataByType,
  type EventType,
  endingStatuses,
  eventTypes,
  type ThoughtType,
} from "@kulti/protocol/event.ts";
import { fitData } from "@kulti/protocol/fit.ts";
import type { TextField } from "@kulti/protocol/redact/events.ts";
import { known } from "./known.ts";
import type { ThoughtOptions } from "./kulti-agent.ts";
import { newEvent } from "./new-event.ts";
import type { Outbox } from "./outbox.ts";
import type { Report } from "./problem.ts";
import type { Redaction } from "./redaction.ts";
import { createTextStreams } from "./text-streams.ts";
import { createThoughtStream, type OpenStream, type ThoughtStream } from "./thought-stream.ts";
import { toText } from "./to-text.ts";

export interface Sender {
  send<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void;
  streamThought(options?: ThoughtOptions & { thoughtType?: ThoughtType }): ThoughtStream;
  /** Sends what streamed thoughts have gathered. */
  flushThoughts(): void;
  /** Pushes the texts that wait for their rest: nothing more will follow. */
  endTexts(): void;
  /** Untyped agents may pass anything; errors that come of it are reported, never thrown. */
  safely(run: () => void): void;
}

export function createSender(
  outbox: Pick<Outbox, "push" | "isStopped">,
  redaction: Redaction,
  report: Report,
): Sender {
  const streams = new Set<OpenStream>();
  const texts = createTextStreams(redaction.stream, (type, data, shown) =>
    safely(() => enqueue(type, data, {}, shown)),
  );

  function safely(run: () => void): void {
    if (outbox.isStopped) return;
    try {
      run();
    } catch (error) {
      report({ code: "invalid_event", message: `Cannot send an event: ${error}.`, dropped: 1 });
    }
  }

  function enqueue<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    { id, at = new Date().toISOString() }: { id?: string; at?: string } = {},
    shown?: TextField,
  ): void {
    if (!eventTypes.includes(type)) throw new Error(`${type} is not an event type`);
    const redact = (clean: EventDataByType[Type]) => redaction.data(type, clean, shown);
    fitData(type, data, report, redact).forEach((fitted, index) => {
      // The parts of one split event need ids of their own, and the same ones each time.
      const partId = id === undefined ? crypto.randomUUID() : index === 0 ? id : `${id}/${index}`;
      outbox.push(newEvent(type, fitted, { id: partId, at }));
    });
  }

  function send<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    options?: { id?: string; at?: string },
  ): void {
    safely(() => {
      flushThoughts();
      if (type === "status" && endsSession(data as EventDataByType["status"])) endTexts();
      const piece = texts.take(type, data, options?.id !== undefined);
      if (piece) enqueue(type, piece.data, options, piece.shown);
    });
  }

  function flushThoughts(): void {
    for (const stream of streams) stream.flush();
  }

  function endTexts(): void {
    for (const stream of streams) stream.end();
    streams.clear();
    texts.end();
  }

  function streamThought(options?: ThoughtOptions & { thoughtType?: ThoughtType }): ThoughtStream {
    const thoughtType = options?.thoughtType ?? "general";
    const first = known(options, ["priority", "metadata"]);
    let isFirst = true;
    const stream = createThoughtStream(redaction.stream(), (streamId, content, isDone) =>
      safely(() => {
        const done = isDone ? { done: true } : {};
        const data = {
          thought_type: thoughtType,
          content,
          ...(isFirst ? first : {}),
          stream_id: streamId,
          ...done,
        };
        enqueue("thought", data, {}, "content");
        isFirst = false;
      }),
    );
    streams.add(stream);
    return {
      id: stream.id,
      write: (text) => safely(() => stream.write(toText(text))),
      end: () => {
        stream.end();
        streams.delete(stream);
      },
    };
  }

  return { send, streamThought, flushThoughts, endTexts, safely };
}

const endsSession = ({ status }: EventDataByType["status"]): boolean =>
  endingStatuses.some((ending) => ending === status);
