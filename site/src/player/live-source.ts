/** A session as it happens. */
import { type KultiApi, type Watch, watchSession } from "kulti/watch";
import type { Source } from "./source.ts";

export interface LiveSourceOptions {
  api: KultiApi;
  sessionId: string;
  viewerId: string;
  /** Of a head of the session. */
  topic: string;
}

export function createLiveSource(options: LiveSourceOptions): Source {
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
