/** Opens the search inside the session, by click and by `/`. */
import { Search } from "lucide-react";
import { useEffect, useState } from "react";
import { isTextEntry } from "../../frame/text-entry.ts";
import { ErrorBoundary } from "../parts/ErrorBoundary.tsx";
import { SearchDialog } from "./SearchDialog.tsx";

export function SearchButton() {
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
      if (isTextEntry(event.target)) return;
      event.preventDefault();
      setOpen(true);
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
        onClick={() => setOpen(true)}
      >
        <Search className="icon" />
        <span className="hidden">Search this session</span>
      </button>
      {isOpen && (
        <ErrorBoundary part="the search" close={() => setOpen(false)}>
          <SearchDialog close={() => setOpen(false)} />
        </ErrorBoundary>
      )}
    </>
  );
}
