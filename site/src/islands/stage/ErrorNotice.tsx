import { useSlice } from "../hooks/stage-context.ts";

/** Says why the rest of the session can't be shown. (The header reports a lost connection.) */
export function ErrorNotice() {
  const problem = useSlice((state) => state.problem);
  if (!problem || problem.code === "unreachable") return null;
  return (
    <p className="newer" role="status" data-testid="trouble">
      {problem.message}
    </p>
  );
}
