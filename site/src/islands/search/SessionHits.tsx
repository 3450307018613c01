/** Hits in the current session. Choosing one takes the stage to its moment. */
import type { SearchHit, ThoughtType } from "@kulti/protocol";
import { useEffect, useMemo, useState } from "react";
import { addressOf, labelOf, linesOf, placeOf, styleOf } from "../../search/hit.ts";
import { beginningText } from "../../search/notice.ts";
import { createSessionSearcher, type SearchState } from "../../search/session-search.ts";
import { elapsedText } from "../../text/time.ts";
import { usePlayer } from "../hooks/stage-context.ts";
import { TypeWord } from "../mind/TypeWord.tsx";

interface Props {
  asked: { text: string; waitMs: number };
  /** Closes the dialog around the hits. */
  leave(): void;
}

export function SessionHits({ asked, leave }: Props) {
  const player = usePlayer();
  const { sessionId, timeline } = player;
  const [state, setState] = useState<SearchState>({ kind: "idle" });
  const searcher = useMemo(() => createSessionSearcher(sessionId, setState), [sessionId]);
  useEffect(() => searcher.stop, [searcher]);
  useEffect(() => searcher.ask(asked.text, asked.waitMs), [searcher, asked]);
  const hits = "hits" in state ? state.hits : [];

  return (
    <>
      <p className="session-search-note" role="status" dir="auto">
        {noteOf(state, asked.text)}
      </p>
      {state.kind === "failed" && (
        <button type="button" className="plain-button" onClick={searcher.retry}>
          Try again
        </button>
      )}
      <ul className="session-search-hits" aria-busy={state.kind === "searching"}>
        {hits.map((hit) => (
          <Hit
            key={hit.seq}
            hit={hit}
            // The time on the player's clock; events that the player has not read yet have none.
            time={hit.seq <= timeline.length ? elapsedText(timeline.msOf(hit.seq)) : ""}
            choose={() => {
              player.send({ kind: "seek_seq", seq: hit.seq });
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
          {state.more === "failed" ? "More results can't be loaded. Try again" : "More"}
        </button>
      )}
    </>
  );
}

function noteOf(state: SearchState, text: string): string {
  if (state.kind === "refused" || state.kind === "failed") return state.message;
  if (state.kind !== "found") return "";
  if (state.hits.length === 0) return `Nothing in this session matches “${text.trim()}”.`;
  if (state.isBeginning) return beginningText(text);
  return state.hits.length === 1 ? "1 result shown" : `${state.hits.length} results shown`;
}

interface HitProps {
  hit: SearchHit;
  time: string;
  choose(): void;
}

function Hit({ hit, time, choose }: HitProps) {
  const label = labelOf(hit);
  const { folder, base } = placeOf(hit);
  return (
    <li className="hit">
      <a
        className="hit-link"
        data-testid="session-hit"
        data-kind={label}
        data-style={styleOf(hit)}
        href={addressOf(hit)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          choose();
        }}
      >
        <span className="hit-time figure">{time}</span>
        <span className="hit-body">
          <span className="hit-line">
            <TypeWord type={label as ThoughtType} />
            <bdi className="hit-place">
              <span className="hit-folder">{folder}</span>
              <span className="hit-base">{base}</span>
            </bdi>
          </span>
          <span className="hit-snippet" dir="auto">
            {linesOf(hit).map(({ number, parts }) => (
              <span
                key={number}
                className={number === null ? undefined : "hit-code-line"}
                data-line={number}
              >
                {parts.map(({ text, isMatch }, index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a hit never change.
                  isMatch ? <mark key={index}>{text}</mark> : text,
                )}
              </span>
            ))}
          </span>
        </span>
      </a>
    </li>
  );
}
