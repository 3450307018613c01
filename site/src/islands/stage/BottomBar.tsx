/** On a small screen: one pane at a time, and a dot on panes with something new. */
import type { PlayerState } from "kulti/player";
import { Brain, FileCode, type LucideIcon, MessagesSquare, SquareTerminal } from "lucide-react";
import { useEffect, useRef } from "react";
import { useSlice } from "../hooks/stage-context.ts";

export type Pane = "mind" | "work" | "terminal" | "chat";

const panes: { pane: Pane; label: string; Icon: LucideIcon }[] = [
  { pane: "mind", label: "Mind", Icon: Brain },
  { pane: "work", label: "Work", Icon: FileCode },
  { pane: "terminal", label: "Terminal", Icon: SquareTerminal },
  { pane: "chat", label: "Chat", Icon: MessagesSquare },
];

/** `seq` of the last event in the pane. */
const lastIn: Record<Pane, (state: PlayerState) => number> = {
  mind: ({ stage: { thoughts, errors, questions } }) =>
    Math.max(...[thoughts, errors, questions].map((list) => list.last?.seq ?? 0)),
  work: ({ stage }) => stage.files.get(stage.active_file ?? "")?.seq ?? 0,
  terminal: ({ stage }) => stage.terminal.last?.seq ?? 0,
  chat: ({ messages }) => messages.last?.seq ?? 0,
};

interface Props {
  pane: Pane;
  choose: (pane: Pane) => void;
  hasChat: boolean;
}

export function BottomBar({ pane, choose, hasChat }: Props) {
  return (
    <nav className="bottom-bar" aria-label="Panes">
      {panes
        .filter((entry) => hasChat || entry.pane !== "chat")
        .map((entry) => (
          <BarButton
            key={entry.pane}
            {...entry}
            isShown={entry.pane === pane}
            choose={() => choose(entry.pane)}
          />
        ))}
    </nav>
  );
}

interface BarButtonProps {
  pane: Pane;
  label: string;
  Icon: LucideIcon;
  isShown: boolean;
  choose: () => void;
}

function BarButton({ pane, label, Icon, isShown, choose }: BarButtonProps) {
  const last = useSlice(lastIn[pane]);
  const from = useSlice((state) => (pane === "chat" ? state.messagesFrom : state.seenFrom));
  const seen = useRef(0);
  useEffect(() => {
    if (isShown) seen.current = last;
  }, [isShown, last]);
  // Events from before the viewer came are not new.
  const hasNews = !isShown && last > Math.max(from, seen.current);
  return (
    <button type="button" aria-current={isShown ? "page" : undefined} onClick={choose}>
      <Icon className="icon" />
      {label}
      {hasNews && (
        <span className="news">
          <span className="hidden">, something new</span>
        </span>
      )}
    </button>
  );
}
