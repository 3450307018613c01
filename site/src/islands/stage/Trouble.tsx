import { useSlice } from "../hooks/stage-context.ts";

/** What stands between the viewer and the rest of the session, where it is more than a lost connection. */
export function Trouble() {
  const problem = useSlice((state) => state.problem);
  if (!problem || problem.code === "unreachable") return null;
  return (
    <p className="newer" role="status" data-testid="trouble">
      {problem.message}
    </p>
  );
}
