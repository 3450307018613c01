import { useSlice } from "./stage-context.ts";

/** What stands between the viewer and the rest of the session, where it is more than a lost connection. */
export function Trouble() {
  const problem = useSlice((state) => state.problem);
  const has_events = useSlice((state) => state.edge.seq > 0);
  if (!problem || problem.code === "unreachable") return null;
  const sentence =
    problem.code === "session_not_found"
      ? `This session was deleted or made private.${has_events ? " What was read of it stays here until you leave." : ""}`
      : problem.message;
  return (
    <p className="newer" role="status" data-testid="trouble">
      {sentence}
    </p>
  );
}
