import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export function foldUsage({ usage }: Stage, { data }: EventOf<"usage">): Partial<Stage> {
  return {
    usage: {
      input_tokens: usage.input_tokens + (data.input_tokens ?? 0),
      output_tokens: usage.output_tokens + (data.output_tokens ?? 0),
      cost_usd: usage.cost_usd + (data.cost_usd ?? 0),
      model: data.model ?? usage.model,
    },
  };
}
