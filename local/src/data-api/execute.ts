/** Runs one request against the cached schema, in one transaction. */

import type { Lanes } from "../database/lanes.ts";
import { ApiError } from "./api-error.ts";
import { planCall } from "./call.ts";
import type { Caller } from "./jwt.ts";
import { planMutation } from "./mutate.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { fromPostgres } from "./pg-error.ts";
import type { Plan } from "./plan.ts";
import { planRead } from "./read.ts";
import type { ApiRequest } from "./request.ts";
import { respond } from "./respond.ts";
import type { SchemaCache } from "./schema-cache.ts";
import { sessionSettings } from "./session-settings.ts";

export interface ExecuteOptions {
  lanes: Lanes;
  anonRole: string;
  max_rows: number;
}

export async function execute(
  request: ApiRequest,
  caller: Caller,
  cache: SchemaCache,
  { lanes, anonRole, max_rows: maxRows }: ExecuteOptions,
): Promise<Response> {
  const plan = makePlan(request, cache, maxRows);
  refuseLimitOnSingle(request, plan);
  const roleSettings = cache.role_settings.get(caller.role) ?? [];
  const settings = sessionSettings(request, caller, roleSettings, plan.settings);
  const statements = [settings, plan.main, ...(plan.explain ? [plan.explain] : [])];
  const results = await lanes
    .run({
      read_only: plan.read_only,
      statements,
      ...(mustApprove(request, plan) && {
        approve: ([, main]) => checkOutcome(request, outcomeOf(main)),
      }),
    })
    .catch((error) => {
      throw fromPostgres(error, caller.role !== anonRole);
    });
  const outcome = outcomeOf(results[1]);
  checkOutcome(request, outcome);
  return respond(request, plan, {
    ...outcome,
    total: total(request, outcome, results[2], maxRows),
  });
}

function makePlan(request: ApiRequest, cache: SchemaCache, maxRows: number): Plan {
  if (request.isCall) return planCall(request, cache, maxRows);
  if (request.action === "read") return planRead(request, cache, maxRows);
  return planMutation(request, cache);
}

/** Whether the rows need a check before the commit. */
function mustApprove({ accept, preferences }: ApiRequest, plan: Plan): boolean {
  const limited = preferences.handling === "strict" && preferences.maxAffected !== null;
  return !plan.read_only && (accept.single || limited);
}

function checkOutcome({ accept, preferences, action }: ApiRequest, { rows }: Outcome): void {
  if (accept.single && rows !== 1) {
    throw new ApiError(406, "PGRST116", "Cannot coerce the result to a single JSON object", {
      details: `The result contains ${rows} rows`,
    });
  }
  const { handling, maxAffected } = preferences;
  const limited = action === "call" || action === "update" || action === "delete";
  if (limited && handling === "strict" && maxAffected !== null && rows > maxAffected) {
    throw new ApiError(400, "PGRST124", "Query result exceeds max-affected preference constraint", {
      details: `The query affects ${rows} rows`,
    });
  }
}

function refuseLimitOnSingle({ preferences }: ApiRequest, plan: Plan): void {
  const limited = preferences.handling === "strict" && preferences.maxAffected !== null;
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
  maxRows: number,
): number | null {
  if (action !== "read" || !explained) return outcome.total;
  const [plan] = JSON.parse(explained[0]?.["QUERY PLAN"] ?? "[]");
  const guess = Number(plan?.Plan["Plan Rows"] ?? 0);
  if (preferences.count === "planned") return guess;
  const counted = outcome.total ?? 0;
  return counted > maxRows ? Math.max(counted, guess) : counted;
}
