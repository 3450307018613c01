/** The source of a live session. */
import type { Source } from "kulti/player";
import { type KultiApi, type Watch, watchSession } from "kulti/watch";

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
