/** The icons of the stage, each taken alone so that the rest of the set stays out of the page. */
import type { ThoughtType } from "@kulti/protocol";
import {
  BookOpen,
  Check,
  CircleQuestionMark,
  Eye,
  Lightbulb,
  type LucideIcon,
  MessageSquare,
  Scale,
  Wrench,
} from "lucide-react";

export const typeIcons: Record<ThoughtType, LucideIcon> = {
  general: MessageSquare,
  reasoning: Lightbulb,
  decision: Check,
  observation: Eye,
  evaluation: Scale,
  tool: Wrench,
  context: BookOpen,
  prompt: CircleQuestionMark,
};
