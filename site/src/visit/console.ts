/**
 * `kultiStage()` in the browser's console returns the fold over all events so far, as plain JSON-serialisable data.
 * Null before a session is shown. For curious viewers and for tests.
 */
import type { Stage } from "@kulti/protocol";
import type { Visit } from "./visit.ts";

declare global {
  var kultiStage: (() => Stage | null) | undefined;
}

export function exposeStage(visit: Visit): void {
  globalThis.kultiStage = () => {
    const { scene } = visit.store.get();
    return scene.kind === "playing" ? JSON.parse(JSON.stringify(scene.player.stage())) : null;
  };
}
