/** A session as it happens. */
import { type KultiApi, type Watch, watchSession } from "kulti/watch";
import type { Source } from "./source.ts";

export interface LiveSourceOptions {
  api: KultiApi;
  session_id: string;
  viewer_id: string;
  /** Of a head of the session. */
  topic: string;
}

export function create_live_source(options: LiveSourceOptions): Source {
  let watch: Watch | undefined;
  return {
    start(handlers) {
      watch = watchSession({ ...options, handlers });
    },
    stop() {
      watch?.stop();
      watch = undefined;
    },
  };
}
