/**
 * Every limit of the contract, by name. Sizes are UTF-8 bytes, durations milliseconds, numbers the largest allowed.
 * `private.limits()` in SQL returns the same object; a test compares the two.
 */
export const limits = {
  /** Events in one ingest batch. */
  batch_events: 500,
  /** Request body after decompression. */
  body_bytes: 4_194_304,
  /** Request body of `agents`, after decompression. */
  small_body_bytes: 65_536,
  /** Request body of `chat`, after decompression. The longest message fits, even with every letter escaped as \u0416. */
  chat_body_bytes: 16_384,
  /** Client-made id of an event. */
  event_id_bytes: 128,
  thought_content_bytes: 65_536,
  stream_id_bytes: 128,
  metadata_bytes: 16_384,
  filename_bytes: 1_024,
  language_bytes: 64,
  /** Whole content of one file. */
  code_content_bytes: 1_048_576,
  /** All edits of one `code` event together, as JSON. */
  code_edits_bytes: 1_048_576,
  /** Edits in one `code` event. */
  code_edits: 1_000,
  command_bytes: 16_384,
  terminal_text_bytes: 65_536,
  title_bytes: 1_024,
  description_bytes: 8_192,
  label_bytes: 1_024,
  error_message_bytes: 8_192,
  error_stack_bytes: 65_536,
  url_bytes: 2_048,
  model_bytes: 128,
  question_id_bytes: 128,
  question_text_bytes: 8_192,
  /** The exact command or change that a question is about. */
  question_detail_bytes: 65_536,
  /** Options of one question, and all of them together as JSON. */
  question_options: 20,
  question_options_bytes: 65_536,
  option_id_bytes: 128,
  answer_text_bytes: 8_192,
  /** A text to remove from a session; shorter ones would hit ordinary words. */
  scrub_text_min_chars: 4,
  scrub_text_bytes: 4_096,
  /** Of a file, in errors and hunks: the largest Postgres `integer`. */
  line_number: 2_147_483_647,
  /** Windows' exit codes are unsigned 32-bit numbers, those of other systems may be negative. */
  exit_code: 4_294_967_295,
  exit_code_below_zero: 2_147_483_648,
  /** In one `usage` event. Sums stay exact in JavaScript up to 9,007 such events. */
  tokens: 9_007_199_254_740_991,
  cost_usd: 1_000_000_000,
  agent_name_bytes: 160,
  agent_description_bytes: 2_048,
  message_name_bytes: 160,
  message_text_bytes: 4_096,
  /** Chat lines for an agent in one reply, and bytes of their names and text; the next reply has the rest. */
  reply_messages: 50,
  reply_messages_bytes: 32_768,
  viewer_id_bytes: 64,
  /** One broadcast frame as JSON. */
  frame_bytes: 61_440,
  /** One page of `session_events`, rows and bytes; a page always holds at least one row. */
  page_rows: 1_000,
  page_bytes: 1_048_576,
  /** Latest thought in a head. */
  latest_bytes: 400,
  /** A session without an event for this long is no longer live and does not continue. */
  session_idle_ms: 1_800_000,
  /** A viewer without a touch for this long has left. */
  viewer_idle_ms: 45_000,
  search_query_bytes: 512,
  /** Characters of an event's text that the search covers; only files can be longer. */
  search_text_chars: 65_536,
  /** Characters of a batch's texts that the search covers; over it, only the beginnings of long ones. */
  search_batch_bytes: 262_144,
  /** Rows in one page of `search_events`. */
  search_page_rows: 100,
  /** Characters of one page's texts that are scanned for matches to mark, times the terms of the query. */
  search_snippet_chars: 1_048_576,
} as const;

export type LimitName = keyof typeof limits;
