import { type EventRecord, sized } from "../record.ts";

export interface TaskData {
  title: string;
  description?: string;
}

export const task: EventRecord<TaskData> = {
  kind: "other",
  search_label: "Tasks",
  title: ({ title }) => title,
  chapter: () => "task",
  fields: {
    title: sized("title_bytes", "cut"),
    description: sized("description_bytes", "cut"),
  },
};
