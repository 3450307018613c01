import { useEffect, useState } from "react";
import { useSlice } from "../hooks/stage-context.ts";
import { useConnectionStatus } from "../hooks/use-connection-status.ts";

/** Long enough that screen readers announce a burst of changes once, by its outcome. */
const settleMs = 1_500;

/** The only live region: it announces status and connection. Readers reach the thoughts at their own pace. */
export function StatusRegion() {
  const connection = useConnectionStatus();
  const status = useSlice((state) => state.stage.status);
  const name = useSlice((state) => state.head?.agent_name ?? "The agent");
  const sentence = `${name} is ${status}, connection ${connection}.`;
  const [told, setTold] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setTold(sentence), settleMs);
    return () => clearTimeout(timer);
  }, [sentence]);
  return (
    <p className="hidden" role="status">
      {told}
    </p>
  );
}
