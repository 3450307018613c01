import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";
import type { TaskData } from "./event.ts";

export const foldTask = (_: Stage, { data }: EventOf<"task">): Partial<Stage> => ({
  task: titled(data),
});

export const titled = ({ title, description }: TaskData): TaskData =>
  typeof description === "string" ? { title, description } : { title };
