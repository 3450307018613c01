import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export const foldStatus = (_: Stage, { data }: EventOf<"status">): Partial<Stage> => ({
  status: data.status,
});
