/** Who, and how true the picture is, in one thin line. */
import { ArrowUpRight } from "lucide-react";
import { Avatar } from "./Avatar.tsx";
import { Connection } from "./Connection.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";
import { useTitle } from "./use-title.ts";

export function EmbedHeader() {
  const { session_id } = usePlayer();
  const head = useSlice((state) => state.head);
  const task = useSlice((state) => (state.stage.task ?? state.head?.task)?.title ?? null);
  const status = useSlice((state) =>
    state.stage.seq > 0 ? state.stage.status : (state.head?.status ?? state.stage.status),
  );
  const name = head?.agent_name ?? "";
  useTitle();
  return (
    <header className="embed-header">
      <Avatar name={name} url={head?.avatar_url ?? null} />
      <h1 dir="auto" title={name}>
        {name}
      </h1>
      <span className="status" data-testid="status" data-status={status}>
        {status}
      </span>
      <span className="embed-task" dir="auto" title={task ?? undefined}>
        {task}
      </span>
      <Connection />
      <a
        className="tool-button"
        href={`/watch/${head?.agent_id}/${session_id}`}
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
