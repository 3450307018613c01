import type { EventRecord } from "../record.ts";
import { type TaskData, task } from "../task/event.ts";

export type GoalData = TaskData;

export const goal: EventRecord<GoalData> = {
  kind: "other",
  search_label: "Goals",
  title: ({ title }) => title,
  fields: task.fields,
};
