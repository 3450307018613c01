/** The agent, its task, the time since it began, and the state of the connection. */
import { MessagesSquare } from "lucide-react";
import { useState } from "react";
import { handleBeside } from "../../text/handle.ts";
import { useAgent } from "../hooks/use-agent.ts";
import { Avatar } from "../parts/Avatar.tsx";
import { Mark } from "../parts/Mark.tsx";
import { SearchButton } from "../search/SearchButton.tsx";
import { Connection } from "./Connection.tsx";
import { Elapsed } from "./Elapsed.tsx";
import { FiguresButton } from "./FiguresButton.tsx";
import { ShareButton } from "./ShareButton.tsx";
import { TaskDetails, TaskSentence } from "./Task.tsx";
import { ThemeToggle } from "./ThemeToggle.tsx";

interface Props {
  isChatShown: boolean;
  toggleChat: (() => void) | null;
}

export function Header({ isChatShown, toggleChat }: Props) {
  const { head, status, name } = useAgent();
  const handle = head ? handleBeside(name, head.agent_id) : "";
  const [isTaskOpen, setTaskOpen] = useState(false);

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
        <TaskSentence isOpen={isTaskOpen} toggle={() => setTaskOpen(!isTaskOpen)} />
        <div className="facts">
          <Connection />
          <FiguresButton />
          <Elapsed />
        </div>
        <div className="actions">
          <SearchButton />
          <ShareButton />
          <ThemeToggle />
          {toggleChat && (
            <button
              type="button"
              className="tool-button"
              aria-expanded={isChatShown}
              title={isChatShown ? "Hide the chat" : "Show the chat"}
              onClick={toggleChat}
            >
              <MessagesSquare className="icon" />
              <span className="hidden">Chat</span>
            </button>
          )}
        </div>
      </div>
      {isTaskOpen && <TaskDetails />}
    </header>
  );
}
