/** What is left after waiting. In a file of its own, so that public types need none of Node. */
export interface DrainResult {
  /** True when nothing is left. */
  drained: boolean;
  /** Events that the server has not acknowledged; after `close` they are in the spool, or lost without one. */
  pending: number;
}
