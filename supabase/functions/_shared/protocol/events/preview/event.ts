import { type EventRecord, sized } from "../record.ts";

export interface PreviewData {
  /** http or https. */
  url: string;
}

export const preview: EventRecord<PreviewData> = {
  kind: "other",
  search_label: "Previews",
  title: ({ url }) => url,
  fields: { url: sized("url_bytes", "drop") },
};
