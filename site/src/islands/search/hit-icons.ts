/** The icon of each kind of hit. The build puts them into the page, so its script contains none. */
import type { EventType, ThoughtType } from "@kulti/protocol";
import {
  FileCode,
  Flag,
  Globe,
  type LucideIcon,
  MessageCircleQuestionMark,
  MessageCircleReply,
  MessageSquare,
  SquareTerminal,
  TriangleAlert,
} from "lucide-react";
import { typeIcons } from "../parts/icons.ts";

/** Search never finds types without text. */
type FoundType = Exclude<EventType, "status" | "usage">;

export const hitIcons: Record<FoundType | ThoughtType, LucideIcon> = {
  thought: MessageSquare,
  ...typeIcons,
  code: FileCode,
  terminal: SquareTerminal,
  error: TriangleAlert,
  task: Flag,
  goal: Flag,
  milestone: Flag,
  preview: Globe,
  question: MessageCircleQuestionMark,
  answer: MessageCircleReply,
};
