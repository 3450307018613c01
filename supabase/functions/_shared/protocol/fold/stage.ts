/** The state of the screen: the result of folding events. JSON-serialisable, never mutated. */

import type {
  Answerer,
  CodeAction,
  CodeEdit,
  ErrorData,
  MilestoneData,
  Priority,
  QuestionData,
  Status,
  TaskData,
  TerminalStream,
  ThoughtMetadata,
  ThoughtType,
} from "../event.ts";
import type { Dict } from "./dict.ts";
import type { List } from "./list.ts";

export interface Stage {
  /** `seq` of the last folded event, 0 before the first. */
  seq: number;
  /** The greatest `at` so far, so that time never runs backwards; null before the first event. */
  at: string | null;
  started_at: string | null;
  status: Status;
  task: TaskData | null;
  goal: TaskData | null;
  /** Milestones by label. */
  milestones: Dict<MilestoneData>;
  thoughts: List<Thought>;
  /** The index in `thoughts` of each `stream_id`. */
  streams: Dict<number>;
  /** Files by name. A deleted file stays with `deleted: true`. */
  files: Dict<StageFile>;
  /** The file changed last. */
  active_file: string | null;
  terminal: List<TerminalEntry>;
  errors: List<StageError>;
  preview_url: string | null;
  usage: Usage;
  /** In the order of the questions. */
  questions: List<StageQuestion>;
  /** The index in `questions` of each `question_id`. */
  question_places: Dict<number>;
}

export interface Thought {
  /** `seq` of its first event. */
  seq: number;
  at: string;
  thought_type: ThoughtType;
  priority: Priority;
  content: string;
  metadata: ThoughtMetadata;
  stream_id: string | null;
  /** False while a streamed thought is still being written. */
  done: boolean;
}

export interface StageFile {
  filename: string;
  language: string | null;
  /** The whole content; null if only edits are known or the file is deleted. */
  content: string | null;
  /** The content before the last change, or null when there was none. */
  previous_content: string | null;
  /** The edits of the last change, if it has any. */
  edits: readonly CodeEdit[];
  /**
   * The edits that could not be applied since the last whole content. While `content` is null these are all edits, and
   * views show them in its place. Otherwise these are the edits that did not fit the content.
   */
  patches: List<CodeEdit>;
  last_action: CodeAction;
  deleted: boolean;
  renamed_from: string | null;
  /** The number of changes so far. */
  version: number;
  /** `seq` and time of the last change. */
  seq: number;
  at: string;
}

export interface TerminalEntry {
  seq: number;
  at: string;
  command: string | null;
  stream: TerminalStream;
  text: string;
  exit_code: number | null;
}

export interface StageError extends ErrorData {
  seq: number;
  at: string;
}

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cost_usd: number;
  model: string | null;
}

export interface StageQuestion extends QuestionData {
  seq: number;
  at: string;
  /** Null while the question is open. */
  answer: StageAnswer | null;
}

export interface StageAnswer {
  seq: number;
  at: string;
  by: Answerer;
  option: string | null;
  text: string | null;
}
