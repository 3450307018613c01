/** What was said, written and run in the session that is shown: choose a hit, and the stage goes to its moment. */
import type { SearchHit, ThoughtType } from "@kulti/protocol";
import { Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { address_of, dress_of, lines_of, place_of, word_of } from "../search/dress.ts";
import { walk_hits } from "../search/keys.ts";
import { beginning_text } from "../search/notice.ts";
import { create_session_searcher, type SearchState } from "../search/session-search.ts";
import { TypeWord } from "./TypeWord.tsx";

interface Props {
  session_id: string;
  /** When an event was, as the player's clock says it; empty where that is not known. */
  time_of(seq: number): string;
  on_choose(seq: number): void;
  close(): void;
}

const typing_ms = 200;

export function SessionSearch(props: Props) {
  const { session_id, time_of, on_choose, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLUListElement>(null);
  const [state, set_state] = useState<SearchState>({ kind: "idle" });
  const [text, set_text] = useState("");
  const searcher = useMemo(() => create_session_searcher(session_id, set_state), [session_id]);
  const said = useId();

  useEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  useEffect(() => searcher.stop, [searcher]);

  const write = (next: string, wait_ms = typing_ms) => {
    set_text(next);
    searcher.ask(next, wait_ms);
  };
  // Closed by itself, a dialog gives the focus back to where it was.
  const leave = () => dialog.current?.close();
  const press = (event: KeyboardEvent) => {
    if (field.current && results.current)
      walk_hits(event.nativeEvent, field.current, results.current);
  };
  const hits = "hits" in state ? state.hits : [];

  return (
    <dialog
      ref={dialog}
      className="session-search"
      aria-label="Search this session"
      data-testid="session-search"
      onClose={close}
      onKeyDown={press}
      onClick={({ target }) => target === dialog.current && leave()}
    >
      <form
        className="session-search-field"
        onSubmit={(event) => {
          event.preventDefault();
          write(text, 0);
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
          value={text}
          onChange={({ target }) => write(target.value)}
        />
        <a href="/search">All sessions</a>
      </form>
      <p className="session-search-note" id={said} role="status" dir="auto">
        {note_of(state, text)}
      </p>
      {state.kind === "failed" && (
        <button type="button" className="plain-button" onClick={searcher.retry}>
          Try again
        </button>
      )}
      <ul ref={results} className="session-search-hits" aria-busy={state.kind === "searching"}>
        {hits.map((hit) => (
          <Hit
            key={hit.seq}
            hit={hit}
            time={time_of(hit.seq)}
            choose={() => {
              on_choose(hit.seq);
              leave();
            }}
          />
        ))}
      </ul>
      {state.kind === "found" && hits.length > 0 && state.more !== "none" && (
        <button
          type="button"
          className="plain-button"
          disabled={state.more === "loading"}
          onClick={searcher.more}
        >
          {state.more === "failed" ? "The next results can't be read. Try again" : "More"}
        </button>
      )}
    </dialog>
  );
}

function note_of(state: SearchState, text: string): string {
  if (state.kind === "refused" || state.kind === "failed") return state.message;
  if (state.kind !== "found") return "";
  if (state.hits.length === 0) return `Nothing that matches “${text.trim()}” is in this session.`;
  if (state.is_beginning) return beginning_text(text);
  return state.hits.length === 1 ? "1 result shown" : `${state.hits.length} results shown`;
}

interface HitProps {
  hit: SearchHit;
  time: string;
  choose(): void;
}

function Hit({ hit, time, choose }: HitProps) {
  const word = word_of(hit);
  const { folder, base } = place_of(hit);
  return (
    <li className="hit">
      <a
        className="hit-link"
        data-testid="session-hit"
        data-kind={word}
        data-dress={dress_of(hit)}
        href={address_of(hit)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          choose();
        }}
      >
        <span className="hit-time figure">{time}</span>
        <span className="hit-body">
          <span className="hit-line">
            <TypeWord type={word as ThoughtType} />
            <bdi className="hit-place">
              <span className="hit-folder">{folder}</span>
              <span className="hit-base">{base}</span>
            </bdi>
          </span>
          <span className="hit-snippet" dir="auto">
            {lines_of(hit).map(({ number, parts }) => (
              <span
                key={number}
                className={number === null ? undefined : "hit-code-line"}
                data-line={number}
              >
                {parts.map(({ text, is_match }, index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a hit never change.
                  is_match ? <mark key={index}>{text}</mark> : text,
                )}
              </span>
            ))}
          </span>
        </span>
      </a>
    </li>
  );
}
