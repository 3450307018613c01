/** Secrets that the words before them give away: headers, command lines, statements, prose. */
import type { TokenRule } from "./token-rule.ts";

export const commandRules: readonly TokenRule[] = [
  {
    kind: "authorization",
    pattern: "bearer[ \\t]{1,4}([\\w.~+/-]{12,8192}={0,2})",
    any_case: true,
    check: "random",
  },
  {
    kind: "authorization",
    pattern: "basic[ \\t]{1,4}([A-Za-z0-9+/]{8,4096}={0,2})",
    any_case: true,
    check: "basic_login",
  },
  {
    ...{ kind: "authorization", near: "authorization", check: "random", any_case: true },
    pattern: "basic[ \\t]{1,4}([\\w.~+/-]{8,4096}={0,2})",
  },
  {
    ...{ kind: "authorization", near: "authorization", check: "random", any_case: true },
    pattern: "token[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
  },
  {
    ...{ kind: "authorization", near: "authorization", check: "random", any_case: true },
    pattern: "api-?key[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
  },
  {
    ...{ kind: "cookie", any_case: true, check: "cookie" },
    pattern:
      "cookie\\\\{0,3}[\"']{0,1}:[ \\t]{0,4}\\\\{0,3}[\"']{0,1}([^\\s\"'\\\\][^\\r\\n\"'\\\\]{7,8192})",
  },
  {
    ...{ kind: "cookie", check: "cookie", any_case: true },
    pattern: "cookie[ ]{0,2}=[ ]{0,2}[\"'`]([^\\s\"'`\\\\][^\\r\\n\"'`\\\\]{7,8192})",
  },
  {
    ...{ kind: "cookie", check: "cookie", near: "curl" },
    pattern: "-b [\"']{0,1}([^\\s\"'\\\\][^\\r\\n\"'\\\\]{7,8192})",
  },
  {
    kind: "login",
    pattern: "://[^\\s:/@\"'`<>?#\\\\]{0,256}:([^\\s/@\"'`<>?#\\\\]{1,512})@[A-Za-z0-9[]",
    glued: true,
    check: "no_reference",
  },
  { kind: "login", pattern: "://([\\w.~-]{20,512})@[A-Za-z0-9]", glued: true, check: "dense" },
  {
    ...{ kind: "login", glued: true, check: "dense" },
    pattern: "://([\\w.~-]{20,512}):[^\\s/@\"'`<>?#\\\\]{0,512}@[A-Za-z0-9[]",
  },
  {
    kind: "login",
    pattern: "-u[ \\t]{1,4}[\"']{0,1}[^\\s:\"']{1,128}:([^\\s\"'/][^\\s\"']{0,255})",
    near: "curl",
    check: "no_reference",
  },
  {
    kind: "login",
    pattern: "--user[ \\t=]{1,4}[\"']{0,1}[^\\s:=\"']{1,128}:([^\\s\"'/][^\\s\"']{0,255})",
    near: "curl",
    check: "no_reference",
  },
  {
    kind: "password",
    pattern: "sshpass -p[ ]{0,2}[\"']{0,1}([^\\s\"']{3,256})",
    check: "no_reference",
  },
  {
    kind: "password",
    pattern: " -p([^\\s\"'=/-][^\\s\"']{3,255})",
    near: "mysql",
    check: "no_reference",
    glued: true,
  },
  {
    kind: "password",
    pattern: " -p[ ]{1,2}[\"']{0,1}([^\\s\"'-][^\\s\"']{3,255})",
    near: "login",
    check: "no_reference",
    glued: true,
  },
  {
    kind: "password",
    pattern: " -a[ ]{1,2}[\"']{0,1}([^\\s\"'-][^\\s\"']{3,255})",
    near: "redis-cli",
    check: "no_reference",
    glued: true,
  },
  {
    kind: "password",
    pattern:
      "login[ \\t\\r\\n]{1,16}[^\\s:=\"']{1,128}[ \\t\\r\\n]{1,16}password[ \\t]{1,16}([^\\s]{3,256})",
    check: "no_reference",
  },
  {
    kind: "password",
    pattern: ":[56]43[0-9]:[^\\s:/]{1,64}:[^\\s:/]{1,64}:([^\\s:]{3,256})(?=[\\r\\n\\\\\"']|$)",
    glued: true,
    check: "no_reference",
  },
  { kind: "password", pattern: "pass:([^\\s\"']{4,256})", near: "openssl", check: "no_reference" },
  // With a file, and with -n without one; a cost may follow -C.
  ...["", "C[ ]{1,4}[0-9]{1,2}", "[ ]{1,4}-C[ ]{1,4}[0-9]{1,2}"].flatMap((cost) =>
    [
      "-[ABD-Zac-mo-z]{0,4}b[ABD-Za-mo-z]{0,4}{cost}[ ]{1,4}[^\\s-][^\\s]{0,255}[ ]{1,4}",
      "-[ABD-Za-mo-z]{0,4}n[ABD-Za-z]{0,4}{cost}[ ]{1,4}",
    ].map(
      (options): TokenRule => ({
        ...{ kind: "password", check: "no_reference" },
        pattern: `htpasswd[ ]{1,4}${options.replace("{cost}", cost)}[^\\s-][^\\s]{0,127}[ ]{1,4}["']{0,1}([^\\s"'|>&;-][^\\s"']{2,255})`,
      }),
    ),
  ),
  {
    ...{ kind: "password", any_case: true, check: "mixed" },
    pattern: "pw[:=][ \\t]{0,4}[\"']{0,1}([^\\s\"'`,;&|<>(){}\\\\]{6,256})",
  },
  {
    ...{ kind: "password", any_case: true, check: "mixed", glued: true, behind: "_-." },
    pattern: "pw[:=][ \\t]{0,4}[\"']{0,1}([^\\s\"'`,;&|<>(){}\\\\]{6,256})",
  },
  {
    ...{ kind: "password", any_case: true, check: "mixed" },
    pattern: "pw[\"'][ ]{0,2}[:=][ ]{0,4}[\"']([^\\s\"'\\\\]{6,256})",
  },
  {
    ...{ kind: "vault-key", any_case: true, check: "random" },
    pattern: "unseal key[ ]{0,2}[0-9]{0,3}{c}:{c}[ \\t]{1,8}{c}([A-Za-z0-9+/]{32,256}={0,2})",
  },
  {
    ...{ kind: "vault-key", check: "random" },
    pattern: "operator unseal[ ]{1,4}([A-Za-z0-9+/]{32,256}={0,2})",
  },
  { kind: "signed-url", pattern: "[?&]sig=([\\w%+/=.-]{16,512})", glued: true, check: "random" },
  {
    kind: "signed-url",
    pattern: "[?&]x-[a-z]{3,4}-signature=([0-9a-z%_+/=-]{32,1024})",
    glued: true,
    any_case: true,
  },
  {
    kind: "signed-url",
    pattern: "[?&]signature=([\\w%~+/=.-]{16,1024})",
    glued: true,
    any_case: true,
    check: "random",
  },
  { kind: "token", pattern: "[?&]key=([\\w%+/=.-]{16,512})", glued: true, check: "random" },
  { kind: "token", pattern: "[?&]code=([\\w%+/=.-]{20,512})", glued: true, check: "random" },
  { kind: "token", pattern: "[?&]auth=([\\w%+/=.-]{16,512})", glued: true, check: "random" },
  {
    kind: "docker-login",
    pattern: 'auth\\\\{0,2}":[ \\t]{0,4}\\\\{0,2}"([A-Za-z0-9+/]{8,4096}={0,2})',
    check: "basic_login",
  },
  {
    kind: "docker-login",
    pattern: 'auth\\\\{0,2}":[ \\t]{0,4}\\\\{0,2}"([A-Za-z0-9+/]{24,4096}={0,2})',
    check: "random",
  },
  {
    kind: "npm-token",
    pattern: '_auth[ ]{0,2}=[ ]{0,2}"{0,1}([A-Za-z0-9+/]{8,4096}={0,2})',
    glued: true,
    check: "basic_login",
  },

  // Statements of databases and network devices.
  ...["'", '"'].flatMap((quote): TokenRule[] => [
    {
      ...{ kind: "password", any_case: true, check: "no_reference" },
      pattern: `identified by[ ]{1,4}${quote}([^\\s${quote}]{3,256})`,
    },
    {
      ...{ kind: "password", any_case: true, check: "no_reference" },
      pattern: `identified with[ ]{1,4}[\\w]{1,40}[ ]{1,4}by[ ]{1,4}${quote}([^\\s${quote}]{3,256})`,
    },
    {
      ...{ kind: "password", any_case: true, check: "no_reference" },
      pattern: `password[ ]{0,4}=[ ]{0,4}N${quote}([^\\s${quote}]{3,256})`,
    },
    {
      ...{ kind: "password", any_case: true, check: "no_reference" },
      pattern: `ConvertTo-SecureString[ ]{1,4}${quote}([^\\s${quote}]{3,256})`,
    },
    {
      ...{ kind: "password", any_case: true, check: "no_reference" },
      pattern: `ConvertTo-SecureString[ ]{1,4}-String[ ]{1,4}${quote}([^\\s${quote}]{3,256})`,
    },
  ]),
  {
    ...{ kind: "password", any_case: true, check: "mixed" },
    pattern: "identified by[ ]{1,4}([^\\s\"';]{3,256})",
  },
  {
    ...{ kind: "password", check: "no_reference" },
    pattern: "sqlplus [^\\s/]{1,64}/([^\\s/@\"']{3,128})@",
  },
  { kind: "password", pattern: "requirepass[ ]{1,4}([^\\s]{3,256})", check: "no_reference" },
  { kind: "password", pattern: "masterauth[ ]{1,4}([^\\s]{3,256})", check: "no_reference" },
  { kind: "password", pattern: "AUTH[ ]{1,2}([\\w.~+/=-]{16,256})", check: "dense" },
  {
    kind: "password",
    pattern: "snmp-server community[ ]{1,4}([^\\s]{3,64})",
    check: "no_reference",
  },
  ...["password", "secret"].flatMap((word): TokenRule[] => [
    {
      ...{ kind: "password", check: "no_reference" },
      pattern: `enable ${word}[ ]{1,4}[0-9]{1}[ ]{1,4}([^\\s]{4,256})`,
    },
    {
      ...{ kind: "password", check: "no_reference" },
      pattern: `username[ ]{1,4}[^\\s]{1,64}[ ]{1,4}${word}[ ]{1,4}[0-9]{1}[ ]{1,4}([^\\s]{4,256})`,
    },
  ]),
  // Hashes of passwords, which can be guessed offline.
  {
    kind: "password-hash",
    pattern: "\\$[156y]\\$[./A-Za-z0-9]{1,24}\\$([./A-Za-z0-9]{22,100})",
    glued: true,
  },
  {
    kind: "password-hash",
    pattern: "\\$apr1\\$[./A-Za-z0-9]{1,8}\\$([./A-Za-z0-9]{22})",
    glued: true,
  },
  { kind: "password-hash", pattern: "\\$2[abxy]\\$[0-9]{2}\\$([./A-Za-z0-9]{53})", glued: true },
  {
    ...{ kind: "password-hash", glued: true },
    pattern:
      "\\$argon2[id]{1,2}\\$v=[0-9]{2}\\$[a-z0-9=,]{5,40}\\$[A-Za-z0-9+/]{8,64}\\$([A-Za-z0-9+/]{16,128})",
  },
  // Command lines.
  ...[
    ["mongo", " -p"],
    ["unlock-keychain", " -p"],
    ["nmcli", " password"],
    ["ldap", " -w"],
    ["zip", " -P"],
    ["openssl enc", " -k"],
    ["wandb", "login"],
    ["snyk", "auth"],
  ].map(
    ([near = "", flag = ""]): TokenRule => ({
      ...{
        kind: "password",
        near,
        glued: true,
        check: near.length > 5 && flag.length > 3 ? "mixed" : "no_reference",
      },
      pattern: `${flag}[ ]{1,2}["']{0,1}([^\\s"'-][^\\s"']{3,255})`,
    }),
  ),
  {
    kind: "password",
    pattern: " -p([^\\s\"'=/-][^\\s\"']{3,255})",
    near: "7z",
    glued: true,
    check: "no_reference",
  },
  {
    kind: "password",
    pattern: "-storepass[ ]{1,4}[\"']{0,1}([^\\s\"'-][^\\s\"']{2,255})",
    check: "no_reference",
  },
  {
    kind: "password",
    pattern: "-keypass[ ]{1,4}[\"']{0,1}([^\\s\"'-][^\\s\"']{2,255})",
    check: "no_reference",
  },
  {
    ...{ kind: "login", near: "smbclient", check: "no_reference" },
    pattern: "-U[ ]{0,4}[\"']{0,1}[^\\s%\"']{1,64}%([^\\s\"']{3,256})",
  },
  {
    ...{ kind: "login", near: "ftp", check: "no_reference" },
    pattern: "-u[ ]{1,4}[\"']{0,1}[^\\s,\"']{1,64},([^\\s\"']{3,256})",
  },
  {
    ...{ kind: "login", near: "http", check: "no_reference" },
    pattern: "-a[ ]{1,4}[\"']{0,1}[^\\s:\"']{1,128}:([^\\s\"'/][^\\s\"']{2,255})",
  },
  ...["docker login", "podman login", "gh auth", "vault login", "helm registry"].map(
    (command): TokenRule => ({
      ...{ kind: "password", check: "no_reference" },
      pattern: `echo[ ]{1,4}["']{0,1}([^\\s"'|$-][^\\s"'|]{5,512})["']{0,1}[ ]{1,4}[|][ ]{1,4}${command}`,
    }),
  ),
  {
    ...{ kind: "secret", near: "secret set", check: "no_reference" },
    pattern: "--body[ =]{1,4}[\"']{0,1}([^\\s\"'=-][^\\s\"']{3,8191})",
  },
  // Prose, and names of two words.
  ...["api key", "access token", "auth token", "secret key", "license key", "bot token"].map(
    (words): TokenRule => ({
      ...{ kind: "token", any_case: true, check: "random" },
      pattern: `${words}[ :=]{1,4}["'\`]{0,1}([\\w+/.~-][\\w+/=.~-]{15,511})`,
    }),
  ),
  {
    ...{ kind: "password", any_case: true, check: "mixed" },
    pattern: "password for [^\\s:]{1,64}:[ ]{1,4}([^\\s]{6,256})",
  },
  {
    ...{ kind: "password", any_case: true, check: "mixed" },
    pattern: "password is:[ ]{1,4}[\"'`]{0,1}([^\\s\"'`]{6,256})",
  },
  {
    ...{ kind: "authorization", near: "authorization", check: "random", any_case: true },
    pattern: "ssws[ \\t]{1,4}([\\w.~+/-]{12,4096}={0,2})",
  },
  // The words that restore a wallet.
  ...["mnemonic", "seed phrase", "seed words", "recovery phrase", "backup phrase", "secret phrase"]
    .flatMap((words) => [words, `${words} is`])
    .map(
      (words): TokenRule => ({
        ...{ kind: "seed-phrase", any_case: true, check: "words" },
        pattern: `${words}[\\\\"'\`]{0,4}[ :=]{1,6}[\\\\"'\`]{0,4}([a-z][a-z ]{44,260})`,
      }),
    ),
];
