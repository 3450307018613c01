/** The icon of each kind of hit. The build puts them into the page, so its script contains none. */
import type { EventType, ThoughtType } from "@kulti/protocol";
import {
  BookOpen,
  Check,
  CircleQuestionMark,
  Eye,
  FileCode,
  Flag,
  Globe,
  Lightbulb,
  type LucideIcon,
  MessageCircleQuestionMark,
  MessageCircleReply,
  MessageSquare,
  Scale,
  SquareTerminal,
  TriangleAlert,
  Wrench,
} from "lucide-react";

/** Search never finds types without text. */
type FoundType = Exclude<EventType, "status" | "usage">;

export const hitIcons: Record<FoundType | ThoughtType, LucideIcon> = {
  thought: MessageSquare,
  general: MessageSquare,
  reasoning: Lightbulb,
  decision: Check,
  observation: Eye,
  evaluation: Scale,
  tool: Wrench,
  context: BookOpen,
  prompt: CircleQuestionMark,
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
