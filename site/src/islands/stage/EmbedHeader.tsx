/** The agent and the state of the connection, in one thin line. */
import { ArrowUpRight } from "lucide-react";
import { handleBeside } from "../../text/handle.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { useAgent } from "../hooks/use-agent.ts";
import { Avatar } from "../parts/Avatar.tsx";
import { Connection } from "./Connection.tsx";

export function EmbedHeader() {
  const { sessionId } = usePlayer();
  const { head, status, name } = useAgent();
  const task = useSlice((state) => (state.stage.task ?? state.head?.task)?.title ?? null);
  return (
    <header className="embed-header">
      <Avatar name={name} url={head?.avatar_url ?? null} />
      <h1 dir="auto" title={name}>
        {name}
      </h1>
      {head && <span className="handle">{handleBeside(name, head.agent_id)}</span>}
      <span className="status" data-testid="status" data-status={status}>
        {status}
      </span>
      <span className="embed-task" dir="auto" title={task ?? undefined}>
        {task}
      </span>
      <Connection />
      <a
        className="tool-button"
        href={`/watch/${head?.agent_id}/${sessionId}`}
        target="_blank"
        rel="noopener"
        title="Open the full page"
      >
        Kulti
        <ArrowUpRight className="icon" />
      </a>
    </header>
  );
}
