/**
 * What a secret looks like, as data that any language can read: forms of tokens, names of values, and the ways in which
 * a value stands behind its name. The patterns are of the subset that pattern.ts describes.
 */

/** Named conditions on the text that a pattern took; checks.ts has one function for each. */
export type CheckName =
  /** Letters and digits mixed as chance mixes them, not words and versions. */
  | "random"
  /** The same, in a single piece of twelve characters or more. */
  | "dense"
  /** Stands for a secret without being one: a placeholder, a variable, a type, a call. */
  | "no_reference"
  /** Base64 of `user:password`. */
  | "basic_login"
  /** `name=value` with a value worth keeping. */
  | "cookie"
  /** Letters with digits or signs, of six characters or more. */
  | "mixed";

export interface TokenRule {
  kind: string;
  /** Its first three parts are single characters: the search looks for them. */
  pattern: string;
  any_case?: true;
  /** A letter, digit or underscore may stand right before it. */
  glued?: true;
  /** One of these must stand right before it. */
  behind?: string;
  /** This word, in any case, must stand before it in its line, within 256 characters. */
  near?: string;
  check?: CheckName;
}

/** A token of known form is a secret anywhere. */
export const tokenRules: readonly TokenRule[] = [
  { kind: "openai-key", pattern: "sk-proj-[\\w-]{40,400}" },
  { kind: "openai-key", pattern: "sk-ant-[\\w-]{40,400}" },
  { kind: "openai-key", pattern: "sk-[\\w-]{20,400}", check: "dense" },
  { kind: "kulti-key", pattern: "kl[tg]_[\\w-]{16,200}" },
  { kind: "supabase-key", pattern: "sb_secret_[\\w-]{16,200}" },
  { kind: "supabase-key", pattern: "sbp_[0-9a-z_]{40,80}" },
  { kind: "github-token", pattern: "gh[pousr]_[A-Za-z0-9]{30,255}" },
  { kind: "github-token", pattern: "github_pat_\\w{22,255}" },
  { kind: "gitlab-token", pattern: "glpat-[\\w.-]{20,255}" },
  { kind: "gitlab-token", pattern: "gl[dfr]t-[\\w.-]{20,255}" },
  { kind: "gitlab-token", pattern: "gl[pci][tbm]t-[\\w.-]{20,255}" },
  { kind: "gitlab-token", pattern: "gloas-[0-9a-f]{64}" },
  { kind: "gitlab-token", pattern: "glagent-[\\w-]{50,255}" },
  { kind: "aws-key-id", pattern: "A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])" },
  { kind: "aws-bedrock-key", pattern: "ABSK[A-Za-z0-9+/]{60,400}={0,2}" },
  { kind: "google-api-key", pattern: "AIza[\\w-]{35}" },
  { kind: "google-oauth-token", pattern: "ya29\\.[\\w-]{20,2048}" },
  { kind: "google-oauth-secret", pattern: "GOCSPX-[\\w-]{20,64}" },
  { kind: "google-refresh-token", pattern: "1//0[\\w-]{40,256}" },
  { kind: "azure-client-secret", pattern: "[0-9]Q~[\\w.~-]{31,34}", glued: true },
  { kind: "slack-token", pattern: "xox[abceoprsd]-[\\w.-]{10,400}" },
  { kind: "slack-token", pattern: "xapp-[\\w-]{10,400}" },
  { kind: "slack-webhook", pattern: "hooks\\.slack\\.com/[a-z]{5,12}/([\\w/-]{20,200})" },
  { kind: "discord-webhook", pattern: "/api/webhooks/[0-9]{15,22}/([\\w-]{40,100})", glued: true },
  {
    kind: "discord-token",
    pattern: "[MNO][DTjz][AEIMQUYcgk][\\w-]{20,26}\\.[\\w-]{6,7}\\.[\\w-]{27,45}",
  },
  { kind: "teams-webhook", pattern: "webhook\\.office\\.com/webhookb2/([\\w@/-]{40,300})" },
  {
    kind: "telegram-token",
    pattern: ":AA([\\w-]{32,34})(?![\\w-])",
    glued: true,
    behind: "0123456789",
  },
  { kind: "stripe-key", pattern: "[rs]k_live_\\w{16,255}" },
  { kind: "stripe-key", pattern: "[rs]k_test_\\w{16,255}" },
  { kind: "webhook-secret", pattern: "whsec_[\\w+/=-]{20,255}" },
  { kind: "twilio-key", pattern: "SK[0-9a-f][0-9a-f]{31}(?![0-9A-Za-z])" },
  { kind: "sendgrid-key", pattern: "SG\\.[\\w-]{16,64}\\.[\\w-]{16,100}" },
  { kind: "mailgun-key", pattern: "key-[0-9a-f]{32}(?![0-9A-Za-z])" },
  { kind: "brevo-key", pattern: "xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}" },
  { kind: "resend-key", pattern: "re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9])" },
  { kind: "postman-key", pattern: "PMAK-[0-9a-f-]{40,80}" },
  { kind: "huggingface-token", pattern: "hf_[A-Za-z0-9]{30,64}" },
  { kind: "npm-token", pattern: "npm_[A-Za-z0-9]{36}" },
  { kind: "pypi-token", pattern: "pypi-[\\w-]{50,400}" },
  { kind: "rubygems-key", pattern: "rubygems_[0-9a-f]{48}" },
  { kind: "crates-token", pattern: "cio[A-Za-z0-9]{32}(?![A-Za-z0-9])", check: "random" },
  { kind: "groq-key", pattern: "gsk_[A-Za-z0-9]{40,80}" },
  { kind: "xai-key", pattern: "xai-[A-Za-z0-9]{40,120}" },
  { kind: "perplexity-key", pattern: "pplx-[A-Za-z0-9]{40,80}" },
  { kind: "replicate-token", pattern: "r8_[A-Za-z0-9]{37,40}" },
  { kind: "tavily-key", pattern: "tvly-[\\w-]{20,80}", check: "dense" },
  { kind: "langsmith-key", pattern: "lsv2_[a-z]{2}_[0-9a-f]{32}_[0-9a-f]{10}" },
  { kind: "langfuse-key", pattern: "sk-lf-[0-9a-f-]{36}" },
  { kind: "linear-key", pattern: "lin_[a-z]{3,5}_[A-Za-z0-9]{30,64}" },
  { kind: "notion-token", pattern: "ntn_[A-Za-z0-9]{40,64}" },
  { kind: "notion-token", pattern: "secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])", check: "random" },
  { kind: "figma-token", pattern: "fig[dour]_[\\w-]{38,64}" },
  { kind: "airtable-token", pattern: "pat[A-Za-z0-9]{14}\\.[0-9a-f]{64}" },
  { kind: "digitalocean-token", pattern: "do[opr]_v1_[0-9a-f]{64}" },
  { kind: "databricks-token", pattern: "dapi[0-9a-f]{32}", check: "random" },
  { kind: "shopify-token", pattern: "shp[a-z]{2,3}_[0-9a-fA-F]{32}" },
  { kind: "square-token", pattern: "EAAA[\\w-]{60}(?![\\w+/=-])" },
  { kind: "square-secret", pattern: "sq0[a-z]{3}-[\\w-]{22,43}" },
  { kind: "atlassian-token", pattern: "AT[AC]TT3[\\w=+/.-]{20,400}" },
  { kind: "bitbucket-token", pattern: "ATBB[A-Za-z0-9]{32}" },
  { kind: "heroku-key", pattern: "HRKU-[\\w-]{36,80}" },
  { kind: "vault-token", pattern: "hv[sbr]\\.[\\w-]{24,400}", check: "random" },
  { kind: "terraform-token", pattern: "\\.atlasv1\\.[\\w-]{60,80}", glued: true },
  { kind: "doppler-token", pattern: "dp\\.[a-z]{2,5}\\.[\\w.-]{40,80}" },
  { kind: "pulumi-token", pattern: "pul-[0-9a-f]{40}" },
  { kind: "planetscale-token", pattern: "pscale_[a-z]{2,5}_[\\w.-]{32,64}" },
  { kind: "netlify-token", pattern: "nf[pucbo]_[A-Za-z0-9]{36}" },
  { kind: "vercel-token", pattern: "vc[pkiar]_[A-Za-z0-9]{24,80}" },
  { kind: "flyio-token", pattern: "fo1_[\\w-]{40,80}" },
  { kind: "flyio-token", pattern: "fm[12][a-z]{0,1}_[\\w+/=-]{60,2048}" },
  { kind: "cloudflare-token", pattern: "cf[ua]t_[\\w-]{36,80}" },
  { kind: "cloudflare-origin-key", pattern: "v1\\.0-[0-9a-f]{24}-[0-9a-f]{100,200}" },
  { kind: "grafana-token", pattern: "glc_[A-Za-z0-9+/=]{32,400}" },
  { kind: "grafana-token", pattern: "glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}" },
  { kind: "newrelic-key", pattern: "NR[A-Z]{2}-[\\w-]{27,64}" },
  { kind: "sentry-token", pattern: "sntry[su]_[\\w+/=-]{40,400}" },
  { kind: "dynatrace-token", pattern: "dt0[a-z]01\\.[A-Z0-9]{24}\\.[A-Z0-9]{64}" },
  { kind: "easypost-key", pattern: "EZ[AT]K[A-Za-z0-9]{54}" },
  { kind: "shippo-token", pattern: "shippo_[a-z]{4}_[0-9a-f]{40}" },
  { kind: "docker-token", pattern: "dckr_[a-z]{3}_[\\w-]{27,64}" },
  { kind: "artifactory-key", pattern: "AKCp[A-Za-z0-9]{69}" },
  { kind: "buildkite-token", pattern: "bk[au]a_[0-9a-f]{40}" },
  { kind: "contentful-token", pattern: "CFPAT-[\\w-]{43}" },
  { kind: "clojars-token", pattern: "CLOJARS_[a-z0-9]{60}" },
  { kind: "onepassword-token", pattern: "ops_eyJ[\\w-]{100,2048}" },
  { kind: "private-key", pattern: "LS0tLS1CRUdJTiB[FPQS][0-9A-Za-z+/=]{40,16384}" },
  { kind: "mapbox-token", pattern: "sk\\.eyJ[\\w-]{40,400}\\.[\\w-]{20,64}" },
  { kind: "firebase-key", pattern: ":APA91b[\\w-]{100,200}", glued: true },
  { kind: "braintree-token", pattern: "access_token\\$production\\$[0-9a-z]{16}\\$[0-9a-f]{32}" },
  { kind: "age-key", pattern: "AGE-SECRET-KEY-1[0-9A-Z]{58}" },
  {
    kind: "jwt",
    pattern: "eyJ[\\w-]{10,4096}\\.[\\w-]{10,8192}\\.[\\w-]{10,4096}",
    check: "random",
  },

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
];
