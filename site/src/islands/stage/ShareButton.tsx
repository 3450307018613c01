/** Links to the session and to the current moment, the code that embeds it, and the session as a file. */

import { placeUrl } from "kulti/player";
import { Check, Link } from "lucide-react";
import { useEffect, useState } from "react";
import { elapsedText } from "../../text/time.ts";
import { embedCode } from "../../visit/share.ts";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { Menu } from "../parts/Menu.tsx";
import { DownloadEntries } from "./DownloadEntries.tsx";

export function ShareButton() {
  const { sessionId } = usePlayer();
  const agentId = useSlice((state) => state.head?.agent_id ?? "");
  const { isCopied, copy } = useCopied();
  const sessionUrl = `${location.origin}/watch/${agentId}/${sessionId}`;
  return (
    <Menu
      face={
        <>
          {isCopied ? <Check className="icon" /> : <Link className="icon" />}
          <span className="share-word">{isCopied ? "Copied" : "Share"}</span>
        </>
      }
      title="Share"
      testId="share"
      place="below"
    >
      {(close) => {
        const copyAndClose = (text: string) => {
          copy(text);
          close();
        };
        return (
          <>
            <button
              type="button"
              className="menu-entry"
              data-testid="copy-link"
              onClick={() => copyAndClose(sessionUrl)}
            >
              Copy link to this session
            </button>
            <CopyMoment sessionUrl={sessionUrl} copy={copyAndClose} />
            <button
              type="button"
              className="menu-entry"
              data-testid="copy-embed"
              onClick={() => copyAndClose(embedCode(location.origin, agentId, sessionId))}
            >
              Copy code to embed it
            </button>
            <DownloadEntries close={close} />
          </>
        );
      }}
    </Menu>
  );
}

function CopyMoment({ sessionUrl, copy }: { sessionUrl: string; copy: (url: string) => void }) {
  const position = useSlice((state) => state.position);
  return (
    <button
      type="button"
      className="menu-entry"
      data-testid="copy-moment"
      onClick={() => copy(placeUrl(sessionUrl, position))}
    >
      Copy link at this moment
      <time className="fact figure">{elapsedText(position.ms)}</time>
    </button>
  );
}

export function useCopied(): { isCopied: boolean; copy: (text: string) => void } {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return {
    isCopied,
    copy: (text) => {
      navigator.clipboard?.writeText(text).then(
        () => setCopied(true),
        () => {},
      );
    },
  };
}
