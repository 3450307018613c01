import * as v from "valibot";
import { exact, label } from "../../schema-parts.ts";

export const milestoneSchema = exact({ label: label("label_bytes"), completed: v.boolean() });
