import { useEffect } from "react";
import { useSlice } from "./stage-context.ts";
import { useConnectionStatus } from "./use-connection-status.ts";

/** The tab's title says whether the session is live. */
export function useTitle(): void {
  const status = useConnectionStatus();
  const name = useSlice((state) => state.head?.agent_name ?? "Kulti");
  const task = useSlice((state) => (state.stage.task ?? state.head?.task)?.title ?? null);
  useEffect(() => {
    const subject = task ? `${name}: ${task}` : name;
    document.title = `${status === "live" ? "● " : ""}${subject} · Kulti`;
  }, [status, name, task]);
}
