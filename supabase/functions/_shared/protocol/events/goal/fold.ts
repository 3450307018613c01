import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";
import { titled } from "../task/fold.ts";

export const foldGoal = (_: Stage, { data }: EventOf<"goal">): Partial<Stage> => ({
  goal: titled(data),
});
