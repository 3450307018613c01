/** A session as it happens. */
import { type KultiApi, type Watch, watchSession } from "kulti/watch";
import type { Source } from "./source.ts";

export interface LiveSourceOptions {
  api: KultiApi;
  session_id: string;
  viewer_id: string;
}

export function create_live_source({ api, session_id, viewer_id }: LiveSourceOptions): Source {
  let watch: Watch | undefined;
  return {
    start(handlers) {
      watch = watchSession({ api, session_id, viewer_id, handlers });
    },
    stop() {
      watch?.stop();
      watch = undefined;
    },
  };
}
