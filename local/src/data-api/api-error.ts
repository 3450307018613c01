/** PostgREST's refusals: `{code, message, details, hint}` with an HTTP status. */
export interface ErrorDetails {
  details?: string | null;
  hint?: string | null;
  headers?: Record<string, string>;
  /** The schema cache does not know the name; it may be older than the last migration. */
  cacheMayBeStale?: boolean;
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly details: string | null;
  readonly hint: string | null;
  readonly headers: Record<string, string>;
  readonly cacheMayBeStale: boolean;

  constructor(status: number, code: string, message: string, more: ErrorDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? null;
    this.hint = more.hint ?? null;
    this.headers = more.headers ?? {};
    this.cacheMayBeStale = more.cacheMayBeStale ?? false;
  }

  toJSON() {
    const { code, message, details, hint } = this;
    return { code, message, details, hint };
  }
}

/** A feature that PostgREST has and the embedded Data API lacks. PGRST127 is PostgREST's own code for that. */
export function notEmbeddedHere(what: string, status = 400): ApiError {
  return new ApiError(status, "PGRST127", "Feature not implemented", {
    details: `The embedded Data API does not support ${what}; PostgREST does.`,
    hint: "Run against a real PostgREST, for instance the one of `supabase start`.",
  });
}
