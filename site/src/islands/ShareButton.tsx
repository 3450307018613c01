/** Links to the session and to the moment shown, the code that embeds it, and the session as a file. */
import { Check, Link } from "lucide-react";
import { useEffect, useState } from "react";
import { moment_url } from "../player/address.ts";
import { embed_code } from "../player/share.ts";
import { elapsed_text } from "../player/time.ts";
import { DownloadEntries } from "./DownloadEntries.tsx";
import { Menu } from "./Menu.tsx";
import { usePlayer, useSlice } from "./stage-context.ts";

export function ShareButton() {
  const { session_id } = usePlayer();
  const agent_id = useSlice((state) => state.head?.agent_id ?? "");
  const { is_copied, copy } = useCopied();
  const session_url = `${location.origin}/watch/${agent_id}/${session_id}`;
  return (
    <Menu
      face={
        <>
          {is_copied ? <Check className="icon" /> : <Link className="icon" />}
          <span className="share-word">{is_copied ? "Copied" : "Share"}</span>
        </>
      }
      title="Share"
      test_id="share"
      place="below"
    >
      {(close) => {
        const copy_and_close = (text: string) => {
          copy(text);
          close();
        };
        return (
          <>
            <button
              type="button"
              className="menu-entry"
              data-testid="copy-link"
              onClick={() => copy_and_close(session_url)}
            >
              Copy link to this session
            </button>
            <CopyMoment session_url={session_url} copy={copy_and_close} />
            <button
              type="button"
              className="menu-entry"
              data-testid="copy-embed"
              onClick={() => copy_and_close(embed_code(location.origin, agent_id, session_id))}
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

function CopyMoment({ session_url, copy }: { session_url: string; copy: (url: string) => void }) {
  const position = useSlice((state) => state.position);
  return (
    <button
      type="button"
      className="menu-entry"
      data-testid="copy-moment"
      onClick={() => copy(moment_url(session_url, position))}
    >
      Copy link at this moment
      <time className="fact figure">{elapsed_text(position.ms)}</time>
    </button>
  );
}

export function useCopied(): { is_copied: boolean; copy: (text: string) => void } {
  const [is_copied, set_copied] = useState(false);
  useEffect(() => {
    if (!is_copied) return;
    const timer = setTimeout(() => set_copied(false), 2_000);
    return () => clearTimeout(timer);
  }, [is_copied]);
  return {
    is_copied,
    copy: (text) => {
      navigator.clipboard?.writeText(text).then(
        () => set_copied(true),
        () => {},
      );
    },
  };
}
