/** Shared state of the parts of one server. */
import type { Bodies } from "../bodies.ts";
import type { Lanes } from "../database/lanes.ts";
import type { Hub } from "./hub.ts";
import type { RateCounter, RealtimeLimits } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { VerifyToken } from "./token.ts";

export interface Context {
  limits: RealtimeLimits;
  /** Connections whose role may bypass the policies of `realtime.messages` and become any role. */
  lanes: Lanes;
  hub: Hub;
  /** The bodies of broadcasts over HTTP. */
  bodies: Bodies;
  verify: VerifyToken;
  /** Whether the write-ahead log is being read. */
  replicating(): boolean;
  messages: RateCounter;
  presenceMessages: RateCounter;
  joins: RateCounter;
  /** Sockets that joined a channel. */
  users: Set<Peer>;
  log(line: string): void;
}
