import { type ConnectionWord, connection_word } from "../player/connection-word.ts";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

export function useConnectionWord(): ConnectionWord {
  const now = useNow(10_000);
  return useSlice(({ connection, edge, head, control, problem }) => {
    const is_past = control.place !== null;
    const is_gone = problem?.code === "session_not_found";
    return connection_word({ connection, stage: edge, head, is_past, is_gone }, now);
  });
}
