/** Redacts as the agent chose: whole texts, the texts of an event, and texts in pieces. */
import type { EventDataByType, EventType } from "@kulti/protocol/event.ts";
import { redactData, type TextField } from "@kulti/protocol/redact/events.ts";
import { redact, StreamRedactor } from "@kulti/protocol/redact/redact.ts";
import { toText } from "./to-text.ts";

export type Redact = (text: string) => string;

/** A text in pieces: a part that could belong to a secret waits for the next piece. */
export interface TextStream {
  push(piece: string): string;
  /** The text that waited. */
  end(): string;
  /** Characters that wait. */
  readonly held: number;
}

export interface Redaction {
  text: Redact;
  /** `shown`: the field that has come out of a stream. */
  data<Type extends EventType>(
    type: Type,
    data: EventDataByType[Type],
    shown?: TextField,
  ): EventDataByType[Type];
  stream(): TextStream;
}

/** The agent's own function comes after the usual redaction; a result that is not text is not shown. */
export function createRedaction(choice: boolean | Redact): Redaction {
  if (choice === false) {
    return {
      text: (text) => text,
      data: (_, data) => data,
      stream: () => ({ push: (piece) => piece, end: () => "", held: 0 }),
    };
  }
  const own: Redact = choice === true ? (text) => text : (text) => toText(choice(text));
  return {
    text: (text) => own(redact(text)),
    data(type, data, shown) {
      const usual = redactData({ type, data }, shown).data as typeof data;
      return choice === true ? usual : (inTexts(usual, own, shown) as typeof data);
    },
    stream() {
      const usual = new StreamRedactor();
      return {
        push: (piece) => own(usual.push(piece)),
        end: () => own(usual.end()),
        get held() {
          return usual.held;
        },
      };
    },
  };
}

function inTexts(value: unknown, change: Redact, shown?: string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => inTexts(item, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === shown ? item : inTexts(item, change)]),
  );
}
