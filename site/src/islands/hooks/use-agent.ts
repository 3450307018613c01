import { useSlice } from "./stage-context.ts";
import { useTitle } from "./use-title.ts";

/** The agent and its status, for a header; also sets the page's title. */
export function useAgent() {
  const head = useSlice((state) => state.head);
  const status = useSlice((state) =>
    state.stage.seq > 0 ? state.stage.status : (state.head?.status ?? state.stage.status),
  );
  useTitle();
  return { head, status, name: head?.agent_name ?? "" };
}
