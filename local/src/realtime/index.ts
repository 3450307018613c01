export type { RealtimeLimits } from "./limits.ts";
export { create_realtime, type RealtimeOptions } from "./server.ts";
