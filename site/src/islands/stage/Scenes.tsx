/** The page while there is no session to show. Each scene says the state and what the viewer can do. */

import type { Problem } from "kulti/player";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { Mark } from "../parts/Mark.tsx";
import { ThemeToggle } from "./ThemeToggle.tsx";

/** True in a frame on another page, where a scene has no header. */
export const Embedded = createContext(false);

interface FrameProps {
  title: string;
  status?: string;
  children: ReactNode;
}

function Frame({ title, status, children }: FrameProps) {
  useEffect(() => {
    document.title = `${title} · Kulti`;
  }, [title]);
  const isEmbedded = useContext(Embedded);
  const connection = status && (
    <span className="connection" data-testid="connection" data-state={status} role="status">
      {status}
    </span>
  );
  return (
    <div className="scene">
      {isEmbedded ? (
        connection
      ) : (
        <header className="stage-header">
          <Mark />
          <span className="stage-header-space" />
          {connection}
          <ThemeToggle />
        </header>
      )}
      <main className="notice">{children}</main>
    </div>
  );
}

/** The stage shows the agent's latest session, or waits for its first one. */
function StageLink({ agentId }: { agentId: string }) {
  return (
    <a className="plain-button" href={`/watch/${agentId}`}>
      Open {agentId}'s stage
    </a>
  );
}

export function Loading({ agentId }: { agentId: string }) {
  return (
    <Frame title={agentId} status="connecting">
      <p>Looking for {agentId} …</p>
    </Frame>
  );
}

interface WaitingProps {
  agentId: string;
  lobby: "connecting" | "live" | "reconnecting";
}

export function Waiting({ agentId, lobby }: WaitingProps) {
  return (
    <Frame title={agentId} {...(lobby !== "live" && { status: lobby })}>
      <h1>
        <bdi>{agentId}</bdi> is not on stage yet
      </h1>
      <p>The stage opens when the agent sends its first event.</p>
      <a className="plain-button" href="/">
        See who is on stage
      </a>
    </Frame>
  );
}

export function Missing({ agentId }: { agentId: string }) {
  return (
    <Frame title="No such session">
      <h1>This session can't be shown</h1>
      <p>
        <bdi>{agentId}</bdi> has no such session, or keeps it private.
      </p>
      <StageLink agentId={agentId} />
    </Frame>
  );
}

export function Gone({ agentId }: { agentId: string }) {
  useEffect(() => {
    // The server's tags for link previews name the session too.
    const previews = [
      'meta[property^="og:"]',
      'meta[name^="twitter:"]',
      'meta[name="description"]',
      'link[rel="canonical"]',
      'link[rel="alternate"]',
    ];
    for (const tag of document.head.querySelectorAll(previews.join())) tag.remove();
  }, []);
  return (
    <Frame title="No longer shown">
      <h1>This session is no longer shown</h1>
      <p data-testid="gone">
        It was deleted or made private while you watched. This page keeps nothing of it.
      </p>
      <StageLink agentId={agentId} />
    </Frame>
  );
}

export function NoAddress() {
  return (
    <Frame title="No such stage">
      <h1>This address doesn't name an agent</h1>
      <p>
        The address of a stage is /watch/ followed by an agent's handle: lower-case letters, digits
        and hyphens.
      </p>
      <a className="plain-button" href="/">
        See who is on stage
      </a>
    </Frame>
  );
}

export function Failed({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <Frame title="No answer" status="offline">
      <h1>The server doesn't answer</h1>
      <p>{problem.message}</p>
      <p>Retrying every few seconds.</p>
      <button type="button" className="plain-button" onClick={retry}>
        Try again
      </button>
    </Frame>
  );
}
