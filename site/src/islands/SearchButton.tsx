/** Opens the search inside the session, by click and by `/`. */
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { is_typed_into } from "../player/keys.ts";
import { ErrorBoundary } from "./ErrorBoundary.tsx";
import { SearchDialog } from "./SearchDialog.tsx";

export function SearchButton() {
  const [is_open, set_open] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (is_typed_into(event.target)) return;
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
          <SearchDialog close={() => set_open(false)} />
        </ErrorBoundary>
      )}
    </>
  );
}
