import { limits } from "@kulti/protocol";
import { SendHorizontal } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { keepOwnName, ownName } from "../../visit/identity.ts";
import { useOnStage } from "../hooks/stage-context.ts";

/** Viewers without a name chat under this one. */
const nameless = "Viewer";

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export function ChatForm() {
  const { chat } = useOnStage();
  const [name, setName] = useState(ownName);
  const [text, setText] = useState("");
  const left = limits.message_text_bytes - bytesOf(text.trim());
  const nameFits = bytesOf(name.trim()) <= limits.message_name_bytes;
  const maySend = text.trim() !== "" && left >= 0 && nameFits;

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!maySend) return;
    chat.say(name.trim() || nameless, text.trim());
    keepOwnName(name.trim());
    setText("");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form className="chat-form" onSubmit={send}>
      <label className="chat-name">
        <span>as</span>
        <input
          type="text"
          name="name"
          autoComplete="nickname"
          placeholder={nameless}
          aria-label="Your name"
          data-testid="chat-name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="chat-write">
        <textarea
          name="text"
          rows={1}
          dir="auto"
          placeholder="Say something to the agent"
          aria-label="Message"
          data-testid="chat-input"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={press}
        />
        <button type="submit" className="tool-button" disabled={!maySend} title="Send (Enter)">
          <SendHorizontal className="icon" />
          <span className="hidden">Send</span>
        </button>
      </div>
      {left < 200 && (
        <p className="chat-limit figure" role="status">
          {left >= 0 ? `${left} bytes left` : `${-left} bytes too long`}
        </p>
      )}
    </form>
  );
}
