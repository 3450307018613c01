/** Checks a JWT as the real server does, with its error texts. */
import { compactVerify, decodeJwt } from "jose";

export interface Claims {
  role: string;
  exp: number;
  sub?: string;
  [claim: string]: unknown;
}

export type TokenProblem =
  | "missing_api_key"
  | "expired_token"
  | "missing_claims"
  | "token_malformed"
  | "signature_error"
  | "error_generating_signer"
  | "invalid_claims";

export class TokenError extends Error {
  readonly problem: TokenProblem;

  constructor(problem: TokenProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

export type VerifyToken = (token: string) => Promise<Claims>;

/** Tokens signed with HS256, HS384 or HS512; they need `role` and `exp`. Rejects with a TokenError. */
export function createVerifier(jwtSecret: string): VerifyToken {
  const key = new TextEncoder().encode(jwtSecret);
  return async (token) => {
    const compact = token.replace(/\s/g, "");
    try {
      decodeJwt(compact);
    } catch {
      throw new TokenError("token_malformed", "The token provided is not a valid JWT");
    }
    await compactVerify(compact, key, { algorithms: ["HS256", "HS384", "HS512"] }).catch(
      (error) => {
        throw error?.code === "ERR_JOSE_ALG_NOT_ALLOWED"
          ? new TokenError(
              "error_generating_signer",
              "Failed to generate JWT signer, check your JWT secret",
            )
          : new TokenError("signature_error", "Failed to validate JWT signature");
      },
    );
    return checkClaims(decodeJwt(compact));
  };
}

function checkClaims(claims: Record<string, unknown>): Claims {
  const now = Math.floor(Date.now() / 1000);
  const { exp, iat, role } = claims;
  if (iat !== undefined && typeof iat !== "number") {
    throw new TokenError("invalid_claims", "The claim `iat` is not a number");
  }
  if (exp === undefined || role === undefined) {
    throw new TokenError("missing_claims", "Fields `role` and `exp` are required in JWT");
  }
  if (typeof exp !== "number" || typeof role !== "string") {
    throw new TokenError(
      "invalid_claims",
      "The claims `role` and `exp` are not a string and a number",
    );
  }
  if (exp <= now) {
    const message = `Token has expired ${now - Math.round(exp)} seconds ago`;
    throw new TokenError("expired_token", message);
  }
  return { ...claims, exp: Math.round(exp), role };
}
