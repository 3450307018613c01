/** One request against the schema as cached: plan, one transaction, answer. */

import type { Lanes } from "../database/lanes.ts";
import { ApiError } from "./api-error.ts";
import { plan_call } from "./call.ts";
import type { Caller } from "./jwt.ts";
import { plan_mutation } from "./mutate.ts";
import { type Outcome, outcome_of } from "./outcome.ts";
import { from_postgres } from "./pg-error.ts";
import type { Plan } from "./plan.ts";
import { plan_read } from "./read.ts";
import type { ApiRequest } from "./request.ts";
import { respond } from "./respond.ts";
import type { SchemaCache } from "./schema-cache.ts";
import { session_settings } from "./session-settings.ts";

export interface ExecuteOptions {
  lanes: Lanes;
  anon_role: string;
  max_rows: number;
}

export async function execute(
  request: ApiRequest,
  caller: Caller,
  cache: SchemaCache,
  { lanes, anon_role, max_rows }: ExecuteOptions,
): Promise<Response> {
  const plan = make_plan(request, cache, max_rows);
  refuse_limit_on_single(request, plan);
  const role_settings = cache.role_settings.get(caller.role) ?? [];
  const settings = session_settings(request, caller, role_settings, plan.settings);
  const statements = [settings, plan.main, ...(plan.explain ? [plan.explain] : [])];
  const results = await lanes
    .run({
      read_only: plan.read_only,
      statements,
      ...(must_approve(request, plan) && {
        approve: ([, main]) => check_outcome(request, outcome_of(main)),
      }),
    })
    .catch((error) => {
      throw from_postgres(error, caller.role !== anon_role);
    });
  const outcome = outcome_of(results[1]);
  check_outcome(request, outcome);
  return respond(request, plan, {
    ...outcome,
    total: total(request, outcome, results[2], max_rows),
  });
}

function make_plan(request: ApiRequest, cache: SchemaCache, max_rows: number): Plan {
  if (request.is_call) return plan_call(request, cache, max_rows);
  if (request.action === "read") return plan_read(request, cache, max_rows);
  return plan_mutation(request, cache);
}

/** Whether the rows must be looked at before they are committed. */
function must_approve({ accept, preferences }: ApiRequest, plan: Plan): boolean {
  const limited = preferences.handling === "strict" && preferences.max_affected !== null;
  return !plan.read_only && (accept.single || limited);
}

function check_outcome({ accept, preferences, action }: ApiRequest, { rows }: Outcome): void {
  if (accept.single && rows !== 1) {
    throw new ApiError(406, "PGRST116", "Cannot coerce the result to a single JSON object", {
      details: `The result contains ${rows} rows`,
    });
  }
  const { handling, max_affected } = preferences;
  const limited = action === "call" || action === "update" || action === "delete";
  if (limited && handling === "strict" && max_affected !== null && rows > max_affected) {
    throw new ApiError(400, "PGRST124", "Query result exceeds max-affected preference constraint", {
      details: `The query affects ${rows} rows`,
    });
  }
}

function refuse_limit_on_single({ preferences }: ApiRequest, plan: Plan): void {
  const limited = preferences.handling === "strict" && preferences.max_affected !== null;
  if (!limited || plan.returns_set) return;
  throw new ApiError(
    400,
    "PGRST128",
    "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
  );
}

function total(
  { preferences, action }: ApiRequest,
  outcome: Outcome,
  explained: Record<string, string | null>[] | undefined,
  max_rows: number,
): number | null {
  if (action !== "read" || !explained) return outcome.total;
  const [plan] = JSON.parse(explained[0]?.["QUERY PLAN"] ?? "[]");
  const guess = Number(plan?.Plan["Plan Rows"] ?? 0);
  if (preferences.count === "planned") return guess;
  const counted = outcome.total ?? 0;
  return counted > max_rows ? Math.max(counted, guess) : counted;
}
