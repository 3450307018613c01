import { exact, url } from "../../schema-parts.ts";

export const previewSchema = exact({ url });
