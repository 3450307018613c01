import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export function foldMilestone(stage: Stage, { data }: EventOf<"milestone">): Partial<Stage> {
  const { label, completed } = data;
  return { milestones: stage.milestones.set(label, { label, completed }) };
}
