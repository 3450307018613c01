import type { Statement } from "../database/lanes.ts";
import type { Setting } from "./schema-cache.ts";

/** The statements for a request, and the facts that its answer needs. */
export interface Plan {
  kind: "read" | "call" | "insert" | "update" | "delete";
  main: Statement;
  /** Returns the number of rows that the planner expects. */
  explain: Statement | null;
  read_only: boolean;
  /** The called function's settings. */
  settings: readonly Setting[];
  returnsNothing: boolean;
  returns_set: boolean;
}
