import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export const foldError = (stage: Stage, event: EventOf<"error">, at: string): Partial<Stage> => ({
  errors: stage.errors.push({ ...event.data, seq: event.seq, at }),
});
