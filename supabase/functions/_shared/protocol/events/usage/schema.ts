import { amount, exact, label, optional, whole } from "../../schema-parts.ts";

export const usageSchema = exact({
  model: optional(label("model_bytes")),
  input_tokens: optional(whole("tokens")),
  output_tokens: optional(whole("tokens")),
  cost_usd: optional(amount("cost_usd")),
});
