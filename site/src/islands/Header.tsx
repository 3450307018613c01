/** Who, what, since when, and how true the picture is. */
import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { handle_beside } from "../player/handle.ts";
import { Avatar } from "./Avatar.tsx";
import { Connection } from "./Connection.tsx";
import { Elapsed } from "./Elapsed.tsx";
import { FiguresButton } from "./FiguresButton.tsx";
import { Mark } from "./Mark.tsx";
import { SearchButton } from "./SearchButton.tsx";
import { ShareButton } from "./ShareButton.tsx";
import { TaskDetails, TaskSentence } from "./Task.tsx";
import { ThemeToggle } from "./ThemeToggle.tsx";
import { useWho } from "./use-who.ts";

interface Props {
  is_chat_shown: boolean;
  toggle_chat: (() => void) | null;
}

export function Header({ is_chat_shown, toggle_chat }: Props) {
  const { head, status, name } = useWho();
  const handle = head ? handle_beside(name, head.agent_id) : "";
  const [is_task_open, set_task_open] = useState(false);

  return (
    <header className="stage-top">
      <div className="stage-header">
        <Mark />
        <div className="who">
          <Avatar name={name} url={head?.avatar_url ?? null} />
          <h1 dir="auto" title={name}>
            {head ? <a href={`/agents/${head.agent_id}`}>{name}</a> : name}
          </h1>
          <span className="handle">{handle}</span>
          <span className="status" data-testid="status" data-status={status}>
            {status}
          </span>
        </div>
        <span className="handle handle-line">{handle}</span>
        <TaskSentence is_open={is_task_open} toggle={() => set_task_open(!is_task_open)} />
        <div className="facts">
          <Connection />
          <FiguresButton />
          <Elapsed />
        </div>
        <div className="actions">
          <SearchButton />
          <ShareButton />
          <ThemeToggle />
          {toggle_chat && (
            <button
              type="button"
              className="tool-button"
              aria-expanded={is_chat_shown}
              title={is_chat_shown ? "Hide the chat" : "Show the chat"}
              onClick={toggle_chat}
            >
              <MessagesSquare className="icon" />
              <span className="hidden">Chat</span>
            </button>
          )}
        </div>
      </div>
      {is_task_open && <TaskDetails />}
    </header>
  );
}
