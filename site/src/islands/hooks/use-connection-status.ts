import { type ConnectionStatus, connectionStatus } from "kulti/player";
import { useSlice } from "./stage-context.ts";
import { useNow } from "./use-now.ts";

export function useConnectionStatus(): ConnectionStatus {
  const now = useNow(10_000);
  return useSlice(({ connection, edge, head, control }) => {
    const isPast = control.place !== null;
    return connectionStatus({ connection, stage: edge, head, isPast }, now);
  });
}
