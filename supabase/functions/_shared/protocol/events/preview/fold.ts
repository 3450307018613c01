import type { EventOf } from "../../event.ts";
import type { Stage } from "../../fold/stage.ts";

export const foldPreview = (_: Stage, { data }: EventOf<"preview">): Partial<Stage> => ({
  preview_url: data.url,
});
