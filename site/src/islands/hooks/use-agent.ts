import { useSlice } from "./stage-context.ts";
import { useTitle } from "./use-title.ts";

/** Who is on stage and in which status, for a header, which gives the page its title. */
export function useAgent() {
  const head = useSlice((state) => state.head);
  const status = useSlice((state) =>
    state.stage.seq > 0 ? state.stage.status : (state.head?.status ?? state.stage.status),
  );
  useTitle();
  return { head, status, name: head?.agent_name ?? "" };
}
