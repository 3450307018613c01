import { type EventRecord, sized, whole } from "../record.ts";

export interface ErrorData {
  message: string;
  file?: string;
  line?: number;
  stack?: string;
  recovery_strategy?: string;
}

export const error: EventRecord<ErrorData> = {
  kind: "error",
  search_label: "Errors",
  title: ({ message }) => message,
  chapter: () => "error",
  fields: {
    line: whole("line_number"),
    message: sized("error_message_bytes", "cut"),
    file: sized("filename_bytes", "leave_out"),
    stack: sized("error_stack_bytes", "cut"),
    recovery_strategy: sized("description_bytes", "cut"),
  },
};
