import * as v from "valibot";
import { exact } from "../../schema-parts.ts";
import { statuses } from "./event.ts";

export const statusSchema = exact({ status: v.picklist(statuses) });
