/** Shared state of the parts of one server. */
import type { Bodies } from "../bodies.ts";
import type { Lanes } from "../database/lanes.ts";
import type { Hub } from "./hub.ts";
import type { RateCounter, RealtimeLimits } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { VerifyToken } from "./token.ts";

export interface Context {
  limits: RealtimeLimits;
  /** A role that may read and write `realtime.messages` past its policies and become any role. */
  lanes: Lanes;
  hub: Hub;
  /** Those of broadcasts over HTTP. */
  bodies: Bodies;
  verify: VerifyToken;
  /** Is the write-ahead log being read? */
  replicating(): boolean;
  messages: RateCounter;
  presenceMessages: RateCounter;
  joins: RateCounter;
  /** Sockets that joined a channel. */
  users: Set<Peer>;
  log(line: string): void;
}
