import { useEffect } from "react";
import { useSlice } from "./stage-context.ts";
import { useConnectionWord } from "./use-connection-word.ts";

/** The tab tells whether it is live. */
export function useTitle(): void {
  const word = useConnectionWord();
  const name = useSlice((state) => state.head?.agent_name ?? "Kulti");
  const task = useSlice((state) => (state.stage.task ?? state.head?.task)?.title ?? null);
  useEffect(() => {
    const subject = task ? `${name}: ${task}` : name;
    document.title = `${word === "live" ? "● " : ""}${subject} · Kulti`;
  }, [word, name, task]);
}
