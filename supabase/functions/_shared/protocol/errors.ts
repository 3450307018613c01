/** The stable error codes, each with its HTTP status. */
export const errorStatus = {
  malformed_json: 400,
  malformed_body: 400,
  malformed_path: 400,
  missing_key: 401,
  unknown_key: 401,
  wrong_agent: 403,
  registration_closed: 403,
  session_not_found: 404,
  agent_not_found: 404,
  key_not_found: 404,
  route_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  session_ended: 409,
  agent_exists: 409,
  last_key: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_request: 422,
  invalid_event: 422,
  rate_limited: 429,
  quota_exceeded: 429,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** Where a refused value is, and why it is refused. */
export interface Issue {
  /** Path into the request body, such as `events[3].data.content`. */
  path: string;
  message: string;
  /** The exceeded limit, if there is one. */
  limit?: number;
}

export interface ErrorBody {
  error: { code: ErrorCode; message: string; issues?: Issue[]; request_id: string };
}

/** A refusal whose message the caller receives unchanged. */
export class KultiError extends Error {
  readonly code: ErrorCode;
  readonly issues?: Issue[];
  /** For `rate_limited`, `quota_exceeded` and `unavailable`: seconds to wait. */
  readonly retryAfterS?: number;

  constructor(
    code: ErrorCode,
    message: string,
    details: { issues?: Issue[]; retryAfterS?: number } = {},
  ) {
    super(message);
    this.name = "KultiError";
    this.code = code;
    if (details.issues) this.issues = details.issues;
    if (details.retryAfterS !== undefined) this.retryAfterS = details.retryAfterS;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}
