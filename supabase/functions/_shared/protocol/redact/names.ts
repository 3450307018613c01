/**
 * Values that are secret because of their name, as data: `DB_PASSWORD=…`, `"accessToken": "…"`, `--api-key …`. Names are
 * compared in lower case without `_`, `-` and `.`, so that each stands for its spelling in every convention.
 */

export interface NameRule {
  /** The end of the name. */
  word: string;
  kind: string;
  /** `password`: may be a word. `token`: looks random. `mixed`: has letters, and digits or signs. */
  value: "password" | "token" | "mixed";
  /** The word begins the name, or stands behind a separator or a small letter as a capital: not `bypass`. */
  apart?: true;
  /** The name needs one of these before the word. */
  after?: readonly string[];
  /** One of these before the word says that it is no secret. */
  not_after?: readonly string[];
  /** An environment variable of several words may have anything else before the word. */
  any_variable?: true;
}

/** The words of a text, for lists that are easier to read so. */
const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Places in lists, units of text, parts of languages: tokens and keys that are no secrets. */
const harmless = words(`
  next prev previous page paging pagination continuation continue
  cursor sync resume start end last first max min total num
  input output completion prompt cached reasoning unk pad eos bos
  cls sep mask stop special current lookahead syntax css design
  public pub cancel cancellation line comment string keyword no
`);

export const nameRules: readonly NameRule[] = [
  { word: "password", kind: "password", value: "password", not_after: ["forgot", "reset", "no"] },
  { word: "passwd", kind: "password", value: "password" },
  { word: "passphrase", kind: "password", value: "password" },
  {
    word: "pass",
    kind: "password",
    value: "password",
    after: words(`
      db database smtp mail email user ftp sftp redis mysql
      pg postgres root admin ssh sudo proxy ldap auth wifi mongo
      basic http registry keystore my mqtt amqp rabbitmq account
    `),
    any_variable: true,
  },
  { word: "pass", kind: "password", value: "mixed", apart: true },
  { word: "passwort", kind: "password", value: "password" },
  { word: "passwords", kind: "password", value: "password" },
  { word: "psk", kind: "password", value: "password", apart: true },
  { word: "pwd", kind: "password", value: "password", not_after: ["old"] },
  { word: "secret", kind: "secret", value: "token", not_after: ["no"] },
  { word: "token", kind: "token", value: "token", not_after: harmless },
  { word: "secrets", kind: "secret", value: "token" },
  { word: "tokens", kind: "token", value: "token", not_after: harmless },
  { word: "keys", kind: "key", value: "token", after: words("api access secret private") },
  {
    word: "pat",
    kind: "token",
    value: "token",
    after: words("github gh gitlab azure ado devops docker"),
  },
  { word: "wif", kind: "key", value: "token", apart: true },
  { word: "login", kind: "token", value: "token", after: ["sonar"] },
  { word: "team", kind: "key", value: "token", after: ["honeycomb"] },
  {
    word: "key",
    kind: "key",
    value: "token",
    after: words(`
      api app access secret private encryption decryption signing
      account auth master servicerole role deploy license hmac jwt aes
      application subscription fastly kulti client session cookie webhook
      consumer storage functions function service admin shared sharedaccess
      write ingest integration host
    `),
    any_variable: true,
    not_after: words(`
      public pub cache primary foreign sort partition ssh anon
      idempotency websocket object row host publishable hot answer group
    `),
  },
  { word: "authorization", kind: "authorization", value: "token" },
  {
    word: "auth",
    kind: "token",
    value: "token",
    after: words("http basic proxy npm registry x bearer client"),
  },
  { word: "credential", kind: "credentials", value: "token", not_after: ["amz"] },
  { word: "credentials", kind: "credentials", value: "token", not_after: ["amz"] },
  { word: "signature", kind: "signature", value: "token", after: ["authorization", "webhook"] },
];

/** Suffixes that may follow the word in a name: `SECRET_KEY_BASE`, `password2`, `API_KEY_PROD`. */
export const nameEndings: readonly string[] = words(`
  base prod production dev development test testing staging live
  old new value string plain plaintext raw text default primary
  secondary backup main local data
`);

/**
 * How sure the place makes it: what is assigned to an environment variable can be a word, what stands anywhere in a text
 * needs a digit, or is a call or a type.
 */
export type Place = "assigned" | "data" | "anywhere";

export interface NameForm {
  /** Begins where the name ends. `{q}` is each quotation mark in turn. */
  pattern: string;
  place: Place;
  /** The name is in capitals, as that of an environment variable. */
  variable?: true;
  /** Two hyphens stand before the name. */
  flag?: true;
  /** `<` precedes the name. */
  tag?: true;
  /** `("` or `('` stands before the name. */
  argument?: true;
  /** A command that sets a variable stands before the name: `ENV`, `setx`, `setenv`, `set -x`. */
  command?: true;
  /** The value must look random even where passwords are meant. */
  random?: true;
}

const closing = "{c}\\\\{0,3}[\"'`]{0,1}\\]{0,1}{c}[ \\t]{0,8}{c}";
const unquoted = "[^\\s\\x1b\"'`,;(){}[\\]<>\\\\]";

export const nameForms: readonly NameForm[] = [
  // "password": "…", apiKey = '…', os.environ["TOKEN"] = "…", token := "…"
  {
    place: "data",
    pattern: `${closing}[:=]{1,2}>{0,1}{c}[ \\t\\r\\n]{0,8}{c}{q}([^\\s{q}]{1,8192}){q}`,
  },
  // \"token\":\"…\"
  {
    place: "data",
    pattern: `${closing}[:=]{1,2}>{0,1}[ \\t]{0,8}\\\\{1,7}{q}([^\\s{q}\\\\]{1,8192})\\\\{1,7}{q}`,
  },
  // const token: string = "…", api_key: str = "…", let token: &str = "…"
  {
    place: "data",
    pattern: ":[ ]{0,1}&{0,1}[A-Za-z]{2,12}[ ]{1,4}=[ ]{1,4}{q}([^\\s{q}]{1,8192}){q}",
  },
  // password("…")
  { place: "data", pattern: "\\({q}([^\\s{q}]{1,8192}){q}\\)" },
  // setProperty("password", "…")
  {
    place: "data",
    argument: true,
    pattern: "[\"'],[ \\t]{0,4}{q}([^\\s{q}]{1,8192}){q}",
  },
  // token = """…"""
  { place: "data", pattern: "[ ]{0,4}=[ ]{0,4}{q}{q}{q}[\\r\\n]{0,2}([^\\s{q}]{1,8192}){q}" },
  // password: >- ⏎ …
  {
    place: "data",
    pattern: `:[ ]{1,4}[|>][+-]{0,1}[0-9]{0,1}[ ]{0,4}[\\r\\n]{1,2}[ ]{1,40}(${unquoted}{4,8192})[ \\t]{0,8}(?=[\\r\\n\\x1b]|$)`,
  },
  // password: &anchor …, password: !!str …
  {
    place: "data",
    pattern: `:[ ]{1,4}[&!][!\\w-]{1,24}[ ]{1,4}(${unquoted}{4,8192})[ \\t]{0,8}(?=[\\r\\n\\x1b]|$)`,
  },
  // "tokens": ["…", "…", "…"]
  ...[0, 1, 2].map(
    (before): NameForm => ({
      place: "data",
      pattern: `${closing}[:=]{1,2}[ ]{0,4}\\[[ \\t\\r\\n]{0,40}${"{q}[^{q}\\r\\n]{0,512}{q},[ \\t\\r\\n]{0,40}".repeat(before)}{q}([^\\s{q}]{1,8192}){q}`,
    }),
  ),
  // passwords: ⏎ - … ⏎ - …
  ...[0, 1, 2].map(
    (before): NameForm => ({
      place: "data",
      pattern: `:[ ]{0,4}[\\r\\n]{1,2}${"[ ]{0,20}-[ ]{1,4}[^\\s][^\\r\\n]{0,511}[\\r\\n]{1,2}".repeat(before)}[ ]{0,20}-[ ]{1,4}["']{0,1}(${unquoted}{4,8192})["']{0,1}[ \\t]{0,8}(?=[\\r\\n\\x1b]|$)`,
    }),
  ),
  // name="password" ⏎ ⏎ …
  { place: "data", pattern: "[\"'][\\r\\n]{2,4}([^\\s-][^\\s]{3,8191})(?=[\\r\\n]|$)" },
  // variable "db_password" { default = "…"
  {
    place: "data",
    pattern:
      "[\"'][ ]{0,4}\\{[ \\t\\r\\n]{1,60}default[ \\t]{0,20}=[ \\t]{0,8}{q}([^\\s{q}]{1,8192}){q}",
  },
  // <string name="api_key">…</string>
  { place: "data", pattern: "[\"']>([^<>\\s]{1,8192})</" },
  // <key>apiToken</key><string>…</string>
  {
    place: "data",
    pattern: "</key>[ \\t\\r\\n]{0,40}<string>([^<>\\s]{1,8192})</",
  },
  // {"key":"password","value":"…"}
  {
    place: "data",
    pattern:
      "\\\\{0,3}[\"'],\\\\{0,3}[\"'][Vv]alue\\\\{0,3}[\"'][ \\t]{0,4}[:=][ \\t]{0,4}\\\\{0,3}[\"']([^\\s\"',<>\\\\]{1,8192})",
  },
  // DB_PASSWORD="several words"
  { place: "assigned", variable: true, pattern: "={q}([^{q}\\r\\n]{1,1024}){q}" },
  // DB_PASSWORD=…, ?access_token=…, Password=…;
  {
    place: "assigned",
    pattern: "{c}={c}([^\\s\\x1b\"'`;&|<>(){}\\\\,][^\\s\\x1b\"'`;&|<>()\\\\]{0,8191})",
  },
  // aws_secret_access_key = …
  {
    place: "data",
    pattern: `{c}[ \\t]{1,12}{c}={c}[ \\t]{1,8}{c}(${unquoted}{4,8192})[ \\t]{0,8}(?=[\\r\\n\\x1b]|$)`,
  },
  // password: … in YAML, x-api-key: … in a header
  {
    place: "data",
    pattern: `\\\\{0,3}["']{0,1}{c}:{c}[ \\t]{1,8}{c}(${unquoted}{4,8192})[ \\t]{0,8}(?=[\\r\\n\\x1b"'\\\\]|$)`,
  },
  // {token: …, user: 7}
  {
    place: "anywhere",
    random: true,
    pattern: "[\"']{0,1}[ ]{0,1}[:=][ \\t]{0,8}([A-Za-z0-9_+/=.~-]{16,8192})",
  },
  // user ada password: hunter2 host db
  { place: "anywhere", pattern: `["']{0,1}:[ ]{1,2}(${unquoted}{6,8192})` },
  // the password is …
  { place: "anywhere", pattern: `[ ]is:{0,1}[ ]["'\`]{0,1}(${unquoted}{6,8192})` },
  // access_token%3D…
  { place: "assigned", pattern: "%3[Dd]([\\w.~-]{6,8192})" },
  // --api-key …, --password=…
  {
    place: "assigned",
    flag: true,
    pattern: "[ \\t=]{1,4}[\"']{0,1}([^\\s\"'`=-][^\\s\"'`]{2,8192})",
  },
  // - name: DB_PASSWORD ⏎ value: …; key="ApiKey" value="…"
  {
    place: "data",
    pattern:
      "\\\\{0,3}[\"']{0,1},{0,1}[ \\t\\r\\n]{1,40}\\\\{0,3}[\"']{0,1}[Vv]alue\\\\{0,3}[\"']{0,1}[ \\t]{0,4}[:=][ \\t]{0,4}\\\\{0,3}[\"']{0,1}([^\\s\"',<>\\\\]{1,8192})",
  },
  // <password>…</password>
  { place: "data", tag: true, pattern: ">([^<>\\s]{1,8192})</" },
  // ENV DB_PASSWORD …
  {
    place: "assigned",
    command: true,
    pattern:
      "[ \\t]{1,4}[\"']{0,1}([^\\s\"'`=-][^\\s\\x1b\"'`]{3,8191})[\"']{0,1}[ \\t]{0,8}(?=[\\r\\n\\\\\\x1b]|$)",
  },
  // define('DB_PASSWORD', '…')
  { place: "assigned", variable: true, pattern: "[\"'],[ \\t]{0,4}{q}([^\\s{q}]{1,8192}){q}" },
  // ["--password", "…"]
  { place: "assigned", flag: true, pattern: "[\"'],[ \\t\\r\\n]{0,24}{q}([^\\s{q}]{1,8192}){q}" },
  // PASSWORD '…', #define WIFI_PASSWORD "…"
  { place: "data", pattern: "[ \\t]{1,8}{q}([^\\s{q}]{1,8192}){q}" },
  // aws configure set aws_secret_access_key …
  { place: "anywhere", random: true, pattern: "[ \\t]{1,2}([A-Za-z0-9_+/=.~-]{20,8192})" },
];

export const quotationMarks = ['"', "'", "`"] as const;
