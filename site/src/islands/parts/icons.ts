/** The icons of the stage, imported one by one so that the page does not load the whole set. */
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
