import type { Statement } from "../database/lanes.ts";
import type { Setting } from "./schema-cache.ts";

/** What to send to the database for a request, and what of it the answer needs to know. */
export interface Plan {
  kind: "read" | "call" | "insert" | "update" | "delete";
  main: Statement;
  /** Tells how many rows the planner expects. */
  explain: Statement | null;
  read_only: boolean;
  /** Of the function called. */
  settings: readonly Setting[];
  returnsNothing: boolean;
  returns_set: boolean;
}
