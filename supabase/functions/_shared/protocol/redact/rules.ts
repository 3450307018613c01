/**
 * What a secret looks like, as data that any language can read: forms of tokens, names of values, and the ways in which
 * a value stands behind its name. The patterns are of the subset that pattern.ts describes.
 */
import { commandRules } from "./rules-commands.ts";

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
  | "mixed"
  /** Words of three to eight small letters. */
  | "words";

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
const knownTokens: readonly TokenRule[] = [
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
  { kind: "databricks-token", pattern: "dapi[0-9a-f]{32}(?![0-9A-Za-z])" },
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
  { kind: "fireworks-key", pattern: "fw_[A-Za-z0-9]{22,32}(?![A-Za-z0-9])", check: "random" },
  { kind: "pinecone-key", pattern: "pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,80}" },
  { kind: "tailscale-key", pattern: "tskey-[a-z]{4,10}-[A-Za-z0-9]{8,24}-[A-Za-z0-9]{20,48}" },
  { kind: "sonar-token", pattern: "sq[pua]_[0-9a-f]{40}" },
  { kind: "circleci-token", pattern: "CCIPAT_[A-Za-z0-9]{18,26}_[0-9a-f]{40}" },
  {
    kind: "launchdarkly-key",
    pattern: "sdk-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  },
  { kind: "posthog-key", pattern: "ph[xs]_[A-Za-z0-9]{40,64}" },
  { kind: "neon-key", pattern: "napi_[A-Za-z0-9]{50,80}" },
  { kind: "render-key", pattern: "rnd_[A-Za-z0-9]{24,40}(?![A-Za-z0-9_])", check: "random" },
  { kind: "alibaba-key-id", pattern: "LTAI[A-Za-z0-9]{16,24}(?![A-Za-z0-9])", check: "random" },
  { kind: "tencent-key-id", pattern: "AKID[A-Za-z0-9]{32,40}(?![A-Za-z0-9])", check: "random" },
  { kind: "yandex-key", pattern: "AQVN[\\w-]{35,45}", check: "random" },
  {
    kind: "hubspot-token",
    pattern: "pat-[a-z]{2}[0-9]-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  },
  { kind: "artifactory-key", pattern: "cmVmdGtuO[A-Za-z0-9+/=]{40,100}" },
  { kind: "sourcegraph-token", pattern: "sgp_[0-9a-f]{16}_[0-9a-f]{40}" },
  { kind: "sourcegraph-token", pattern: "sgp_[0-9a-f]{40}" },
  { kind: "lob-key", pattern: "live_[0-9a-f]{35}(?![0-9A-Za-z])" },
  { kind: "honeycomb-key", pattern: "hca[a-z]{2}_[a-z0-9]{50,64}" },
  {
    kind: "axiom-token",
    pattern: "xa[ap]t-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  },
  { kind: "gitlab-token", pattern: "GR1348941[\\w-]{20}" },
  { kind: "infisical-token", pattern: "st\\.[0-9a-f]{24}\\.[0-9a-f]{32}\\.[0-9a-f]{32}" },
  {
    kind: "facebook-token",
    pattern: "EAA[A-Za-z0-9]{100,400}(?![A-Za-z0-9+/=_-])",
    check: "random",
  },
  { kind: "dropbox-token", pattern: "sl\\.[\\w-]{120,1500}", check: "random" },
  { kind: "salesforce-token", pattern: "00D[A-Za-z0-9]{12,15}![\\w.]{80,120}" },
  { kind: "trigger-key", pattern: "tr_[a-z]{3,4}_[A-Za-z0-9]{16,40}", check: "dense" },
  { kind: "inngest-key", pattern: "signkey-[a-z]{4,8}-[0-9a-f]{32,64}" },
  { kind: "liveblocks-key", pattern: "sk_prod_[\\w-]{40,80}" },
  { kind: "api-key", pattern: "sk_[\\w-]{40,400}", check: "dense" },
  { kind: "convex-key", pattern: "prod:[a-z]{2,20}-[a-z]{2,20}-[0-9]{1,4}[|]([\\w=+/]{40,400})" },
  { kind: "age-key", pattern: "AGE-SECRET-KEY-1[0-9A-Z]{58}" },
  {
    kind: "jwt",
    pattern: "eyJ[\\w-]{10,4096}\\.[\\w-]{10,8192}\\.[\\w-]{10,4096}",
    check: "random",
  },
];

export const tokenRules: readonly TokenRule[] = [...knownTokens, ...commandRules];
