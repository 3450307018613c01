import { useEffect, useState } from "react";
import { useSlice } from "./stage-context.ts";
import { useConnectionWord } from "./use-connection-word.ts";

/** Long enough that a burst of changes is told once, with its outcome. */
const settle_ms = 1_500;

/** The one place from which screen readers are told what changes; thoughts are read at the reader's own pace. */
export function StatusRegion() {
  const word = useConnectionWord();
  const status = useSlice((state) => state.stage.status);
  const name = useSlice((state) => state.head?.agent_name ?? "The agent");
  const sentence = `${name} is ${status}, connection ${word}.`;
  const [told, set_told] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => set_told(sentence), settle_ms);
    return () => clearTimeout(timer);
  }, [sentence]);
  return (
    <p className="hidden" role="status">
      {told}
    </p>
  );
}
