export type { RealtimeLimits } from "./limits.ts";
export { createRealtime, type RealtimeOptions } from "./server.ts";
