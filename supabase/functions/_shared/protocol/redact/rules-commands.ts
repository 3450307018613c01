/** Secrets that the words before them give away: headers, command lines, statements, prose. */
import type { TokenRule } from "./token-rule.ts";

type More = Omit<Partial<TokenRule>, "pattern">;

/** What stands in the place of a password, unless it is a placeholder or a variable. */
const password = (pattern: string, more: More = {}): TokenRule => ({
  kind: "password",
  check: "no_reference",
  pattern,
  ...more,
});

/** What looks random in that place. */
const random = (kind: string, pattern: string, more: More = {}): TokenRule => ({
  kind,
  check: "random",
  pattern,
  ...more,
});

const statement = (pattern: string, more: More = {}): TokenRule =>
  password(pattern, { any_case: true, ...more });

const signature = (pattern: string, more: More = {}): TokenRule => ({
  kind: "signed-url",
  glued: true,
  pattern,
  ...more,
});

const hash = (pattern: string): TokenRule => ({ kind: "password-hash", glued: true, pattern });

const headers: readonly TokenRule[] = [
  random("authorization", "bearer[ \\t]{1,4}([\\w.~+/-]{12,8192}={0,2})", { any_case: true }),
  {
    kind: "authorization",
    pattern: "basic[ \\t]{1,4}([A-Za-z0-9+/]{8,4096}={0,2})",
    any_case: true,
    check: "basic_login",
  },
  ...[
    "basic[ \\t]{1,4}([\\w.~+/-]{8,4096}={0,2})",
    "token[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
    "api-?key[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
    "ssws[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
  ].map((pattern) => random("authorization", pattern, { near: "authorization", any_case: true })),
  {
    kind: "cookie",
    pattern:
      "cookie\\\\{0,3}[\"']{0,1}:[ \\t]{0,4}\\\\{0,3}[\"']{0,1}([^\\s\"'\\\\][^\\r\\n\"'\\\\]{7,8192})",
    any_case: true,
    check: "cookie",
  },
  {
    kind: "cookie",
    pattern: "cookie[ ]{0,2}=[ ]{0,2}[\"'`]([^\\s\"'`\\\\][^\\r\\n\"'`\\\\]{7,8192})",
    any_case: true,
    check: "cookie",
  },
  {
    kind: "cookie",
    pattern: "-b [\"']{0,1}([^\\s\"'\\\\][^\\r\\n\"'\\\\]{7,8192})",
    near: "curl",
    check: "cookie",
  },
];

const addresses: readonly TokenRule[] = [
  password("://[^\\s:/@\"'`<>?#\\\\]{0,256}:([^\\s/@\"'`<>?#\\\\]{1,512})@[A-Za-z0-9[]", {
    kind: "login",
    glued: true,
  }),
  {
    kind: "login",
    pattern: "://([\\w.~-]{20,512})@[A-Za-z0-9]",
    glued: true,
    check: "dense",
  },
  {
    kind: "login",
    pattern: "://([\\w.~-]{20,512}):[^\\s/@\"'`<>?#\\\\]{0,512}@[A-Za-z0-9[]",
    glued: true,
    check: "dense",
  },
  signature("[?&]sig=([\\w%+/=.-]{16,512})", { check: "random" }),
  signature("[?&]x-[a-z]{3,4}-signature=([0-9a-z%_+/=-]{32,1024})", { any_case: true }),
  signature("[?&]signature=([\\w%~+/=.-]{16,1024})", { any_case: true, check: "random" }),
  random("token", "[?&]key=([\\w%+/=.-]{16,512})", { glued: true }),
  random("token", "[?&]code=([\\w%+/=.-]{20,512})", { glued: true }),
  random("token", "[?&]auth=([\\w%+/=.-]{16,512})", { glued: true }),
];

/** Options behind the name of their command. */
const options: readonly TokenRule[] = [
  ...[
    ["login", " -p"],
    ["redis-cli", " -a"],
    ["mongo", " -p"],
    ["unlock-keychain", " -p"],
    ["nmcli", " password"],
    ["ldap", " -w"],
    ["zip", " -P"],
    ["openssl enc", " -k"],
    ["wandb", "login"],
    ["snyk", "auth"],
  ].map(([near = "", option]) =>
    password(`${option}[ ]{1,2}["']{0,1}([^\\s"'-][^\\s"']{3,255})`, { near, glued: true }),
  ),
  ...["mysql", "7z"].map((near) =>
    password(" -p([^\\s\"'=/-][^\\s\"']{3,255})", { near, glued: true }),
  ),
  ...[
    ["curl", "-u[ \\t]{1,4}[\"']{0,1}[^\\s:\"']{1,128}:([^\\s\"'/][^\\s\"']{0,255})"],
    ["curl", "--user[ \\t=]{1,4}[\"']{0,1}[^\\s:=\"']{1,128}:([^\\s\"'/][^\\s\"']{0,255})"],
    ["smbclient", "-U[ ]{0,4}[\"']{0,1}[^\\s%\"']{1,64}%([^\\s\"']{3,256})"],
    ["ftp", "-u[ ]{1,4}[\"']{0,1}[^\\s,\"']{1,64},([^\\s\"']{3,256})"],
    ["http", "-a[ ]{1,4}[\"']{0,1}[^\\s:\"']{1,128}:([^\\s\"'/][^\\s\"']{2,255})"],
  ].map(([near = "", pattern = ""]) => password(pattern, { kind: "login", near })),
  password("sshpass -p[ ]{0,2}[\"']{0,1}([^\\s\"']{3,256})"),
  password("pass:([^\\s\"']{4,256})", { near: "openssl" }),
  password("-storepass[ ]{1,4}[\"']{0,1}([^\\s\"'-][^\\s\"']{2,255})"),
  password("-keypass[ ]{1,4}[\"']{0,1}([^\\s\"'-][^\\s\"']{2,255})"),
  password("--body[ =]{1,4}[\"']{0,1}([^\\s\"'=-][^\\s\"']{3,8191})", {
    kind: "secret",
    near: "secret set",
  }),
  // With a file, and with -n without one; a cost may follow -C.
  ...["", "C[ ]{1,4}[0-9]{1,2}", "[ ]{1,4}-C[ ]{1,4}[0-9]{1,2}"].flatMap((cost) =>
    [
      `-[ABD-Zac-mo-z]{0,4}b[ABD-Za-mo-z]{0,4}${cost}[ ]{1,4}[^\\s-][^\\s]{0,255}[ ]{1,4}`,
      `-[ABD-Za-mo-z]{0,4}n[ABD-Za-z]{0,4}${cost}[ ]{1,4}`,
    ].map((before) =>
      password(
        `htpasswd[ ]{1,4}${before}[^\\s-][^\\s]{0,127}[ ]{1,4}["']{0,1}([^\\s"'|>&;-][^\\s"']{2,255})`,
      ),
    ),
  ),
  ...["docker login", "podman login", "gh auth", "vault login", "helm registry"].map((command) =>
    password(
      `echo[ ]{1,4}["']{0,1}([^\\s"'|$-][^\\s"'|]{5,512})["']{0,1}[ ]{1,4}[|][ ]{1,4}${command}`,
    ),
  ),
];

/** Statements of databases and network devices, and lines of their settings. */
const statements: readonly TokenRule[] = [
  ...["'", '"'].flatMap((quote) =>
    [
      "identified by[ ]{1,4}",
      "identified with[ ]{1,4}[\\w]{1,40}[ ]{1,4}by[ ]{1,4}",
      "password[ ]{0,4}=[ ]{0,4}N",
      "ConvertTo-SecureString[ ]{1,4}",
      "ConvertTo-SecureString[ ]{1,4}-String[ ]{1,4}",
    ].map((before) => statement(`${before}${quote}([^\\s${quote}]{3,256})`)),
  ),
  statement("identified by[ ]{1,4}([^\\s\"';]{3,256})", { check: "mixed" }),
  password("sqlplus [^\\s/]{1,64}/([^\\s/@\"']{3,128})@"),
  password("requirepass[ ]{1,4}([^\\s]{3,256})"),
  password("masterauth[ ]{1,4}([^\\s]{3,256})"),
  password("AUTH[ ]{1,2}([\\w.~+/=-]{16,256})", { check: "dense" }),
  password("snmp-server community[ ]{1,4}([^\\s]{3,64})"),
  ...["password", "secret"].flatMap((word) => [
    password(`enable ${word}[ ]{1,4}[0-9]{1}[ ]{1,4}([^\\s]{4,256})`),
    password(`username[ ]{1,4}[^\\s]{1,64}[ ]{1,4}${word}[ ]{1,4}[0-9]{1}[ ]{1,4}([^\\s]{4,256})`),
  ]),
];

/** Files of settings: .netrc, .pgpass, .npmrc, Docker's. */
const files: readonly TokenRule[] = [
  password(
    "login[ \\t\\r\\n]{1,16}[^\\s:=\"']{1,128}[ \\t\\r\\n]{1,16}password[ \\t]{1,16}([^\\s]{3,256})",
  ),
  password(":[56]43[0-9]:[^\\s:/]{1,64}:[^\\s:/]{1,64}:([^\\s:]{3,256})(?=[\\r\\n\\\\\"']|$)", {
    glued: true,
  }),
  {
    kind: "docker-login",
    pattern: 'auth\\\\{0,2}":[ \\t]{0,4}\\\\{0,2}"([A-Za-z0-9+/]{8,4096}={0,2})',
    check: "basic_login",
  },
  random("docker-login", 'auth\\\\{0,2}":[ \\t]{0,4}\\\\{0,2}"([A-Za-z0-9+/]{24,4096}={0,2})'),
  {
    kind: "npm-token",
    pattern: '_auth[ ]{0,2}=[ ]{0,2}"{0,1}([A-Za-z0-9+/]{8,4096}={0,2})',
    glued: true,
    check: "basic_login",
  },
];

/** Hashes of passwords, which can be guessed offline. */
const hashes: readonly TokenRule[] = [
  hash("\\$[156y]\\$[./A-Za-z0-9]{1,24}\\$([./A-Za-z0-9]{22,100})"),
  hash("\\$apr1\\$[./A-Za-z0-9]{1,8}\\$([./A-Za-z0-9]{22})"),
  hash("\\$2[abxy]\\$[0-9]{2}\\$([./A-Za-z0-9]{53})"),
  hash(
    "\\$argon2[id]{1,2}\\$v=[0-9]{2}\\$[a-z0-9=,]{5,40}\\$[A-Za-z0-9+/]{8,64}\\$([A-Za-z0-9+/]{16,128})",
  ),
];

const shortPassword = "pw[:=][ \\t]{0,4}[\"']{0,1}([^\\s\"'`,;&|<>(){}\\\\]{6,256})";

/** Names of two words, abbreviations, and sentences. */
const prose: readonly TokenRule[] = [
  statement(shortPassword, { check: "mixed" }),
  statement(shortPassword, { check: "mixed", glued: true, behind: "_-." }),
  statement("pw[\"'][ ]{0,2}[:=][ ]{0,4}[\"']([^\\s\"'\\\\]{6,256})", { check: "mixed" }),
  statement("password for [^\\s:]{1,64}:[ ]{1,4}([^\\s]{6,256})", { check: "mixed" }),
  statement("password is:[ ]{1,4}[\"'`]{0,1}([^\\s\"'`]{6,256})", { check: "mixed" }),
  ...["api key", "access token", "auth token", "secret key", "license key", "bot token"].map(
    (words) =>
      random("token", `${words}[ :=]{1,4}["'\`]{0,1}([\\w+/.~-][\\w+/=.~-]{15,511})`, {
        any_case: true,
      }),
  ),
  random(
    "vault-key",
    "unseal key[ ]{0,2}[0-9]{0,3}{c}:{c}[ \\t]{1,8}{c}([A-Za-z0-9+/]{32,256}={0,2})",
    { any_case: true },
  ),
  random("vault-key", "operator unseal[ ]{1,4}([A-Za-z0-9+/]{32,256}={0,2})"),
  // The words that restore a wallet.
  ...["mnemonic", "seed phrase", "seed words", "recovery phrase", "backup phrase", "secret phrase"]
    .flatMap((words) => [words, `${words} is`])
    .map(
      (words): TokenRule => ({
        kind: "seed-phrase",
        pattern: `${words}[\\\\"'\`]{0,4}[ :=]{1,6}[\\\\"'\`]{0,4}([a-z][a-z ]{44,260})`,
        any_case: true,
        check: "words",
      }),
    ),
];

export const commandRules: readonly TokenRule[] = [
  ...headers,
  ...addresses,
  ...options,
  ...statements,
  ...files,
  ...hashes,
  ...prose,
];
