/** Opens the search inside the session, by click and by `/`; its code comes with the first use. */
import { Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { elapsed_text } from "../player/time.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { usePlayer } from "./stage-context.ts";

const SessionSearch = lazy(async () => ({
  default: (await import("./SessionSearch.tsx")).SessionSearch,
}));

export function SearchButton() {
  const player = usePlayer();
  const { timeline } = player;
  const [is_open, set_open] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (event.target instanceof Element && event.target.closest(writes)) return;
      event.preventDefault();
      set_open(true);
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <>
      <button
        type="button"
        className="tool-button"
        title="Search this session ( / )"
        aria-haspopup="dialog"
        onClick={() => set_open(true)}
      >
        <Search className="icon" />
        <span className="hidden">Search this session</span>
      </button>
      {is_open && (
        <ErrorBoundary part="the search" close={() => set_open(false)}>
          <Suspense>
            <SessionSearch
              session_id={player.session_id}
              time_of={(seq) => (seq <= timeline.length ? elapsed_text(timeline.ms_of(seq)) : "")}
              on_choose={(seq) => player.send({ kind: "seek_seq", seq })}
              close={() => set_open(false)}
            />
          </Suspense>
        </ErrorBoundary>
      )}
    </>
  );
}

const writes = "input, textarea, select, [contenteditable]";
