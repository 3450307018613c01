/** The search inside the session. The field accepts text at once, while the search code loads on first use. */
import { Search } from "lucide-react";
import { lazy, Suspense, useLayoutEffect, useRef, useState } from "react";
import { moveThroughHits } from "../../search/keyboard.ts";

const SessionHits = lazy(async () => ({
  default: (await import("./SessionHits.tsx")).SessionHits,
}));

const typingMs = 200;

export function SearchDialog({ close }: { close(): void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [asked, setAsked] = useState({ text: "", waitMs: 0 });
  // Must be done before the next key press.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  // When the dialog closes, the browser gives the focus back.
  const leave = () => dialog.current?.close();

  return (
    <dialog
      ref={dialog}
      className="session-search"
      aria-label="Search this session"
      data-testid="session-search"
      onClose={close}
      onKeyDown={({ nativeEvent }) => {
        if (field.current && dialog.current)
          moveThroughHits(nativeEvent, field.current, dialog.current);
      }}
      onClick={({ target }) => target === dialog.current && leave()}
    >
      <form
        className="session-search-field"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ ...asked, waitMs: 0 });
        }}
      >
        <Search className="icon" aria-hidden="true" />
        <input
          ref={field}
          type="search"
          placeholder="Search this session"
          aria-label="Search this session"
          dir="auto"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={asked.text}
          onChange={({ target }) => setAsked({ text: target.value, waitMs: typingMs })}
        />
        <a href="/search">All sessions</a>
      </form>
      <Suspense>
        <SessionHits asked={asked} leave={leave} />
      </Suspense>
    </dialog>
  );
}
