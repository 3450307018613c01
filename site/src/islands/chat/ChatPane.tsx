/** The chat: messages from viewers to the agent, and its answers. */
import type { Message } from "@kulti/protocol";
import { X } from "lucide-react";
import { useMemo } from "react";
import { clockText, dateAndClockText } from "../../text/time.ts";
import type { Outgoing } from "../../visit/chat.ts";
import { useOnStage, useSlice, useStore } from "../hooks/stage-context.ts";
import { useStickToEnd } from "../hooks/use-stick-to-end.ts";
import { Scroller } from "../parts/Scroller.tsx";
import { Text } from "../parts/Text.tsx";
import { ChatForm } from "./ChatForm.tsx";

/** The page leaves out older lines. */
const maxMessages = 300;

export function ChatPane({ close }: { close?: () => void }) {
  const { chat } = useOnStage();
  const messages = useSlice((state) => state.messages);
  const until = useSlice((state) => state.messagesShown);
  const name = useSlice((state) => state.head?.agent_name ?? "the agent");
  const hasEnded = useSlice((state) => state.head?.ended_at != null);
  const outgoing = useStore(chat.outgoing);
  const { scroller, content } = useStickToEnd();
  const shown = useMemo(() => messages.slice(until - maxMessages, until), [messages, until]);
  const unconfirmed = useMemo(() => {
    const arrived = new Set(messages.slice(messages.length - maxMessages).map(({ id }) => id));
    return outgoing.filter((message) => !arrived.has(message.id));
  }, [messages, outgoing]);

  return (
    <section className="pane chat" aria-label="Chat">
      <div className="pane-bar">
        <h2 className="pane-title">Chat</h2>
        {close && (
          <button type="button" className="tool-button" title="Hide the chat" onClick={close}>
            <X className="icon" />
            <span className="hidden">Hide the chat</span>
          </button>
        )}
      </div>
      <Scroller label="Messages" className="chat-scroll" ref={scroller} role="log" aria-live="off">
        <div ref={content}>
          {shown.map((message) => (
            <ChatLine key={message.seq} message={message} />
          ))}
          {unconfirmed.map((message) => (
            <OwnLine key={message.id} message={message} />
          ))}
          {shown.length + unconfirmed.length === 0 && (
            <p className="pane-empty">
              Nothing {hasEnded ? "was" : "has been"} said.
              {!hasEnded && (
                <>
                  {" "}
                  What you write reaches <bdi>{name}</bdi> while it works.
                </>
              )}
            </p>
          )}
        </div>
      </Scroller>
      {hasEnded ? (
        <p className="chat-closed">The session and its chat have ended.</p>
      ) : (
        <ChatForm />
      )}
    </section>
  );
}

function ChatLine({ message }: { message: Message }) {
  return (
    <article className="chat-line" data-testid="chat-message" data-sender={message.sender}>
      <p className="chat-who">
        <bdi>{message.name}</bdi>
        {message.sender === "agent" && <span className="chat-agent">agent</span>}
        <time dateTime={message.at} title={dateAndClockText(message.at)}>
          {clockText(message.at)}
        </time>
      </p>
      <p className="chat-text" dir="auto">
        <Text text={message.text} />
      </p>
    </article>
  );
}

function OwnLine({ message }: { message: Outgoing }) {
  const { chat } = useOnStage();
  const { id, name, text, state, reason } = message;
  return (
    <article
      className="chat-line"
      data-testid="chat-message"
      data-sender="viewer"
      data-state={state}
    >
      <p className="chat-who">
        <bdi>{name}</bdi>
        {state !== "failed" && <span>{state === "sending" ? "sending …" : "sent"}</span>}
      </p>
      <p className="chat-text" dir="auto">
        {text}
      </p>
      {state === "failed" && (
        <p className="chat-failed" role="alert">
          {reason}{" "}
          <button type="button" onClick={() => chat.retry(id)}>
            Send again
          </button>{" "}
          <button type="button" onClick={() => chat.discard(id)}>
            Discard
          </button>
        </p>
      )}
    </article>
  );
}
