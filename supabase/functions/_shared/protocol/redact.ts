/**
 * Secrets in text that is about to be shown: keys of the usual vendors by their form, bearer tokens, private keys,
 * passwords in addresses, and values whose name says that they are secret. What only looks random (commit hashes,
 * UUIDs, base64 pictures) stays; so do references to a secret, such as `$TOKEN` or `process.env.TOKEN`.
 */
export const redacted = "[redacted]";

/** A token of known form is a secret wherever it stands. */
const token_forms = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek and others; a name such as sk-learn holds no digit.
  "sk-(?=[\\w-]{0,200}\\d)[\\w-]{20,}",
  "klt_[\\w-]{16,}",
  "sb_secret_[\\w-]{16,}",
  "sbp_[0-9a-f]{40}",
  "gh[pousr]_[A-Za-z0-9]{30,}",
  "github_pat_\\w{22,}",
  "glpat-[\\w-]{20,}",
  "(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])",
  "AIza[\\w-]{35}",
  "ya29\\.[\\w-]{20,}",
  "GOCSPX-[\\w-]{20,}",
  "xox[abeoprs]-[\\w-]{10,}",
  "xapp-[\\w-]{10,}",
  "[rs]k_(?:live|test)_\\w{16,}",
  "whsec_[\\w+/=]{20,}",
  "hf_[A-Za-z0-9]{30,}",
  "npm_[A-Za-z0-9]{36}",
  "pypi-[\\w-]{50,}",
  "SG\\.[\\w-]{16,}\\.[\\w-]{16,}",
  "gsk_[A-Za-z0-9]{40,}",
  "xai-[A-Za-z0-9]{40,}",
  "pplx-[A-Za-z0-9]{40,}",
  "r8_[A-Za-z0-9]{37}",
  "lin_api_[A-Za-z0-9]{30,}",
  "ntn_[A-Za-z0-9]{40,}",
  "do[opr]_v1_[0-9a-f]{64}",
  "dapi[0-9a-f]{32}",
  "shp(?:at|ca|pa|ss)_[0-9a-f]{32}",
  "ATATT3[\\w=-]{20,}",
  "AGE-SECRET-KEY-1[0-9A-Z]{58}",
  "\\d{8,10}:AA[\\w-]{33}",
  // A JSON Web Token.
  "eyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{10,}",
];
const tokens = new RegExp(`(?<![A-Za-z0-9])(?:${token_forms.join("|")})`, "g");

/** With its end, or with as many lines of it as there are. */
const private_keys =
  /(-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----)(?:[^-]{20,8000}(?=-----END )|(?:(?:\r?\n|\\n)[A-Za-z0-9+/=]{16,})+)/g;

/** `scheme://user:password@host`. */
const address_passwords =
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'`<>]{0,256}:)([^\s/@"'`<>]{1,256})(?=@)/gi;

const authorizations =
  /(\b(?:bearer|authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|token|apikey))\s{1,4})([\w.~+/-]{12,4096}=*)/gi;

/** What a name ends with: `DB_PASSWORD`, `accessToken`, `x-api-key`; not `max_tokens`, `token_count`. */
const secret_word =
  "(?:password|passwd|passphrase|mysql_pwd|secret|token|(?:api|access|secret|private|encryption|signing|service_role|account)[_-]?key|credentials?)";

/** `NAME=value` of a shell or an .env file, in capitals. */
const env_values =
  /(?<![A-Za-z0-9_])((?:[A-Z][A-Z0-9]*_){0,8}(?:PASS(?:WORD|WD|PHRASE)?|SECRET|TOKEN|(?:API|ACCESS|SECRET|PRIVATE|ENCRYPTION|SIGNING|SERVICE_ROLE|ACCOUNT)_?KEY|CREDENTIALS?)=)("[^"\n]{1,4096}"|'[^'\n]{1,4096}'|[^\s"'`;&|)]{1,4096})/g;

/** `"password": "value"`, `apiKey = 'value'`. */
const quoted_values = new RegExp(
  `(${secret_word}["']?\\s{0,4}(?::|=>?|:=)\\s{0,4})(["'\`])([^\\s"'\`]{4,4096})\\2`,
  "gi",
);

/** `password: value` alone in its line, `x-api-key: value` in a header. */
const line_values = new RegExp(
  `(${secret_word}:[ \\t]{1,4})([^\\s"'\`,;(){}[\\]<>]{6,4096})(?=["']|[ \\t]*(?:\\r?\\n|$))`,
  "gi",
);

/** `--token value`, `--password=value`. */
const flag_values = new RegExp(
  `(--[\\w-]{0,32}?${secret_word}(?:=|[ \\t]{1,4}))(["']?)([^\\s"'\`-][^\\s"'\`]{2,4095})\\2`,
  "gi",
);

/** `curl -u user:password`. */
const user_values =
  /(\bcurl\b[^\n]{0,400}?\s(?:-u|--user)[ \t]{1,4}["']?[^\s:"']{1,128}:)([^\s"']{1,256})/g;

/** Not a secret but where it comes from, what stands for one, or a type. */
const is_reference = (value: string): boolean =>
  /^[$%<{*#]|^(?:x+|\.+|true|false|null|none|nil|undefined|string|str|required|optional|changeme|placeholder)$|^redacted\]|^(?:your|my|the|example|dummy|fake|redacted|process|os|env|import|self|this|config|secrets)[_.\-[]|\(/i.test(
    value.replace(/^["'[]/, ""),
  );

const looks_random = (value: string): boolean =>
  value.length >= 8 && /\d/.test(value) && /[A-Za-z]/.test(value);

/** Passwords may be words; of tokens and keys, only what looks random. */
const is_secret = (name: string, value: string): boolean =>
  !is_reference(value) && (/pass|pwd/i.test(name) || looks_random(value));

/** The same text with each secret replaced by `[redacted]`. Redacting it again changes nothing. */
export function redact(text: string): string {
  if (text.length < 8) return text;
  let shown = text;
  // Where one was taken out, what is left may read as another.
  for (let pass = 0; pass < most_passes; pass++) {
    const before = shown;
    shown = redact_once(before);
    if (shown === before) break;
  }
  return shown;
}

const most_passes = 5;

function redact_once(text: string): string {
  const named = (whole: string, name: string, value: string): string =>
    is_secret(name, value) ? name + redacted : whole;
  const in_quotes = (whole: string, name: string, quote: string, value: string): string =>
    is_secret(name, value) ? name + quote + redacted + quote : whole;
  return text
    .replace(private_keys, `$1${redacted}`)
    .replace(tokens, redacted)
    .replace(authorizations, (whole, name, value) =>
      is_reference(value) || !looks_random(value) ? whole : name + redacted,
    )
    .replace(address_passwords, (whole, name, value) =>
      is_reference(value) ? whole : name + redacted,
    )
    .replace(env_values, (whole, name, value) => (is_reference(value) ? whole : name + redacted))
    .replace(quoted_values, in_quotes)
    .replace(line_values, named)
    .replace(flag_values, in_quotes)
    .replace(user_values, (whole, name, value) => (is_reference(value) ? whole : name + redacted));
}
