import { type ConnectionWord, connectionWord } from "../../player/connection-word.ts";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

export function useConnectionWord(): ConnectionWord {
  const now = useNow(10_000);
  return useSlice(({ connection, edge, head, control, problem }) => {
    const isPast = control.place !== null;
    const isGone = problem?.code === "session_not_found";
    return connectionWord({ connection, stage: edge, head, isPast, isGone }, now);
  });
}
