import { parsePlaybackRequest } from "kulti/player";
import { useEffect } from "react";
import { usePlayer } from "./stage-context.ts";

/** A link to another event of the session that is open goes there without loading the page again. */
export function useHash(): void {
  const player = usePlayer();
  useEffect(() => {
    const go = () => {
      const { seq } = parsePlaybackRequest(location);
      if (seq !== null) player.send({ kind: "seek_seq", seq });
    };
    window.addEventListener("hashchange", go);
    return () => window.removeEventListener("hashchange", go);
  }, [player]);
}
