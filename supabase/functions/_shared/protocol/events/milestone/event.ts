import { type EventRecord, sized } from "../record.ts";

export interface MilestoneData {
  label: string;
  completed: boolean;
}

export const milestone: EventRecord<MilestoneData> = {
  kind: "other",
  search_label: "Milestones",
  title: ({ label }) => label,
  chapter: ({ completed }) => (completed ? "milestone" : null),
  fields: { label: sized("label_bytes", "cut"), completed: "fixed" },
};
