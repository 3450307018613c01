import { limits } from "@kulti/protocol";
import { SendHorizontal } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { keep_own_name, own_name } from "../player/identity.ts";
import { useOnStage } from "./stage-context.ts";

/** Who has given no name speaks all the same. */
const nameless = "Viewer";

const bytes_of = (text: string): number => new TextEncoder().encode(text).length;

export function ChatForm() {
  const { chat } = useOnStage();
  const [name, set_name] = useState(own_name);
  const [text, set_text] = useState("");
  const left = limits.message_text_bytes - bytes_of(text.trim());
  const name_fits = bytes_of(name.trim()) <= limits.message_name_bytes;
  const may_send = text.trim() !== "" && left >= 0 && name_fits;

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!may_send) return;
    chat.say(name.trim() || nameless, text.trim());
    keep_own_name(name.trim());
    set_text("");
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
          onChange={(event) => set_name(event.target.value)}
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
          onChange={(event) => set_text(event.target.value)}
          onKeyDown={press}
        />
        <button type="submit" className="tool-button" disabled={!may_send} title="Send (Enter)">
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
