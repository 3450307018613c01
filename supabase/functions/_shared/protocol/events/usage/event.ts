import { type EventRecord, sized, whole } from "../record.ts";

export interface UsageData {
  model?: string;
  input_tokens?: number;
  output_tokens?: number;
  cost_usd?: number;
}

export const usage: EventRecord<UsageData> = {
  kind: "other",
  search_label: null,
  title: ({ model = "" }) => model,
  fields: {
    input_tokens: whole("tokens"),
    output_tokens: whole("tokens"),
    cost_usd: { max: "cost_usd", is_whole: false },
    model: sized("model_bytes", "cut"),
  },
};
