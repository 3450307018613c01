/**
 * Invented secrets in real surroundings, the same for the same seed; for tests and measurements. Each is put together
 * when it is asked for, so that no scanner of source code takes one for a leak.
 */

import { surroundings, vendorTokens } from "./corpus-commands.ts";
import { type Alphabet, alphabets, digits, type Piece, type Setting } from "./corpus-pieces.ts";

export interface Sample {
  kind: string;
  text: string;
  /** The secret, which must not appear; the rest must stay. */
  secret: string;
}

export type Random = () => number;

/** Mulberry32: from 0 to below 1. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pick = <Item>(random: Random, items: readonly Item[] | string): Item =>
  items[Math.floor(random() * items.length)] as Item;

/** Neither begins nor ends with a separator. */
function chars(random: Random, alphabet: Alphabet, length: number): string {
  const of = alphabets[alphabet];
  let text = "";
  while (text.length < length) text += pick<string>(random, of);
  const edge = (): string => pick<string>(random, digits);
  return edge() + text.slice(1, -1) + (length > 1 ? edge() : "");
}

const made = (random: Random, pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === "string" ? piece : chars(random, ...piece))).join("");

const tokens: Record<string, readonly Piece[]> = {
  ...vendorTokens,
  "aws-key-id": ["AKIA", ["capitals", 16]],
  "anthropic-key": ["sk-ant-api03-", ["url", 93]],
  "openai-key": ["sk-proj-", ["url", 74]],
  "openai-old-key": ["sk-", ["alphanumeric", 48]],
  "openrouter-key": ["sk-or-v1-", ["hex", 64]],
  "kulti-key": ["klt_", ["url", 43]],
  "kulti-grant": ["klg_", ["url", 43]],
  "supabase-secret": ["sb_secret_", ["url", 31]],
  "supabase-access": ["sbp_", ["hex", 40]],
  "github-classic": ["ghp_", ["alphanumeric", 36]],
  "github-app": ["ghs_", ["alphanumeric", 36]],
  "github-fine": ["github_pat_", ["alphanumeric", 22], "_", ["alphanumeric", 59]],
  "gitlab-token": ["glpat-", ["url", 20]],
  "gitlab-runner": ["glrt-", ["url", 20]],
  "google-api-key": ["AIza", ["url", 35]],
  "google-oauth": ["ya29.", ["url", 120]],
  "google-client": ["GOCSPX-", ["url", 28]],
  "slack-bot": ["xoxb-", ["digits", 12], "-", ["digits", 12], "-", ["alphanumeric", 24]],
  "slack-app": ["xapp-1-A", ["capitals", 10], "-", ["digits", 13], "-", ["hex", 64]],
  "discord-bot": ["MTIz", ["alphanumeric", 22], ".G", ["url", 5], ".", ["url", 38]],
  "stripe-live": ["sk_live_", ["alphanumeric", 24]],
  "stripe-restricted": ["rk_live_", ["alphanumeric", 99]],
  "stripe-webhook": ["whsec_", ["alphanumeric", 32]],
  "twilio-key": ["SK", ["hex", 32]],
  "sendgrid-key": ["SG.", ["url", 22], ".", ["url", 43]],
  "mailgun-key": ["key-", ["hex", 32]],
  "npm-token": ["npm_", ["alphanumeric", 36]],
  "pypi-token": ["pypi-AgEIcHlwaS5vcmc", ["url", 150]],
  "rubygems-key": ["rubygems_", ["hex", 48]],
  "huggingface-token": ["hf_", ["alphanumeric", 34]],
  "replicate-token": ["r8_", ["alphanumeric", 37]],
  "groq-key": ["gsk_", ["alphanumeric", 52]],
  "xai-key": ["xai-", ["alphanumeric", 80]],
  "perplexity-key": ["pplx-", ["alphanumeric", 48]],
  "shopify-token": ["shpat_", ["hex", 32]],
  "digitalocean-token": ["dop_v1_", ["hex", 64]],
  "vault-token": ["hvs.", ["url", 95]],
  "doppler-token": ["dp.pt.", ["alphanumeric", 43]],
  "linear-key": ["lin_api_", ["alphanumeric", 40]],
  "notion-token": ["ntn_", ["alphanumeric", 46]],
  "notion-old-token": ["secret_", ["alphanumeric", 43]],
  "atlassian-token": ["ATATT3xFfGF0", ["url", 170], "=", ["hex", 8]],
  "databricks-token": ["dapi", ["hex", 32]],
  "heroku-key": ["HRKU-AA", ["url", 58]],
  "grafana-token": ["glsa_", ["alphanumeric", 32], "_", ["hex", 8]],
  "newrelic-key": ["NRAK-", ["capitals", 27]],
  "sentry-token": ["sntryu_", ["hex", 64]],
  "age-key": ["AGE-SECRET-KEY-1", ["capitals", 58]],
  "docker-token": ["dckr_pat_", ["url", 27]],
  "postman-key": ["PMAK-", ["hex", 24], "-", ["hex", 34]],
  "figma-token": ["figd_", ["url", 40]],
  "cloudflare-origin": ["v1.0-", ["hex", 24], "-", ["hex", 146]],
  jwt: ["eyJhbGciOiJIUzI1NiJ9.eyJ", ["url", 90], ".", ["url", 43]],
};

/** Where a token is met; `@` is its place. */
const places: readonly string[] = [
  "# .env\nNODE_ENV=production\nSERVICE_CREDENTIAL=@\nPORT=8080\n",
  'export CI_VALUE="@"\nnpm run deploy\n',
  '{\n  "region": "eu-west-1",\n  "credential": "@",\n  "retries": 3\n}\n',
  "service:\n  region: eu\n  value: @\n  retries: 3\n",
  "> GET /v1/items HTTP/1.1\n> Authorization: Bearer @\n> Accept: */*\n",
  "curl -s -H 'X-Auth: @' https://api.example.com/v1/items\n",
  "GET https://api.example.com/v1/items?page=2&k=@&limit=5 200 12ms\n",
  "2026-11-22T10:00:00Z WARN client refused @ (401), retrying in 2 s\n",
  'const client = new Client("@");\n',
  '{"level":30,"msg":"{\\"value\\":\\"@\\",\\"n\\":1}"}\n',
  "\u001b[32mvalue\u001b[0m \u001b[33m@\u001b[0m done\n",
  "The value I found in the settings is @ and it still works.",
];

/** Secrets that only their surroundings give away; `@` is the place. */
const settings: Record<string, Setting> = {
  ...surroundings,
  "aws-secret": {
    pieces: [["base64", 40]],
    texts: [
      "[default]\naws_access_key = none\naws_secret_access_key = @\nregion = eu-west-1\n",
      "AWS_SECRET_ACCESS_KEY=@\n",
      '{"secretAccessKey": "@", "region": "eu"}',
      "aws configure set aws_secret_access_key @\n",
      "const secretAccessKey = '@';\n",
    ],
  },
  "azure-storage": {
    pieces: [["base64", 86], "=="],
    texts: [
      "DefaultEndpointsProtocol=https;AccountName=ada;AccountKey=@;EndpointSuffix=core.windows.net\n",
      '"AzureWebJobsStorage": "AccountName=ada;AccountKey=@"\n',
      "AZURE_STORAGE_KEY=@\n",
      "az storage blob list --account-key @ -o table\n",
    ],
  },
  "azure-client-secret": {
    pieces: ["Q~", ["url", 34]],
    texts: [
      "AZURE_CLIENT_SECRET=abc8@\n",
      '{"password": "x7y8@", "tenant": "t"}\n',
      "client_secret: aB_8@\n",
      "found .aB8@ in the vault\n",
    ],
  },
  "azure-sas": {
    pieces: [["alphanumeric", 43], "%3D"],
    texts: [
      "https://ada.blob.core.windows.net/x?sv=2024-11-04&se=2027-01-01&sig=@&sp=r\n",
      '"url": "https://ada.blob.core.windows.net/x?sig=@"\n',
      "SharedAccessKey=@;EntityPath=x\n",
      "azcopy copy 'https://ada.blob.core.windows.net/x?sp=r&sig=@' .\n",
    ],
  },
  "aws-presigned": {
    pieces: [["hex", 64]],
    texts: [
      "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=@\n",
      "https://storage.googleapis.com/b/k?X-Goog-Expires=900&X-Goog-Signature=@\n",
      "GET /k?x-amz-signature=@&x-id=GetObject 200\n",
      '<a href="https://cdn.example/k?Expires=1&Signature=@&Key-Pair-Id=K1">\n',
    ],
  },
  "slack-webhook": {
    pieces: [["capitals", 9], "/B", ["capitals", 9], "/", ["alphanumeric", 24]],
    texts: [
      "curl -X POST https://hooks.slack.com/services/T@\n",
      "SLACK_WEBHOOK_URL=https://hooks.slack.com/services/T@\n",
      '"webhook": "https://hooks.slack.com/services/T@"\n',
      "url: https://hooks.slack.com/services/T@\n",
    ],
  },
  "discord-webhook": {
    pieces: [["url", 68]],
    texts: [
      "https://discord.com/api/webhooks/123456789012345678/@\n",
      "DISCORD_WEBHOOK=https://discordapp.com/api/webhooks/123456789012345678/@\n",
      '{"url":"https://discord.com/api/webhooks/123456789012345678/@"}\n',
      "POST https://discord.com/api/webhooks/123456789012345678/@?wait=true 204\n",
    ],
  },
  "telegram-bot": {
    pieces: [["url", 33]],
    texts: [
      "TELEGRAM_BOT_TOKEN=1234567890:AA@\n",
      "https://api.telegram.org/bot1234567890:AA@/getMe\n",
      '"botToken": "1234567890:AA@"\n',
      "bot = Bot('1234567890:AA@')\n",
    ],
  },
  "database-url": {
    pieces: [["alphanumeric", 18]],
    texts: [
      "DATABASE_URL=postgresql://ada:@@db.example.com:5432/app?sslmode=require\n",
      "redis://:@@cache.internal:6379/0\n",
      'mongoose.connect("mongodb+srv://ada:@@cluster0.example.mongodb.net/app")\n',
      "amqps://ada:@@mq.example.com/vhost\n",
      "jdbc string Server=db;Database=app;User Id=sa;Password=@;Encrypt=true\n",
      "host=db user=ada password=@ dbname=app\n",
    ],
  },
  "password-word": {
    pieces: [["small", 5], "-orange7"],
    texts: [
      "DB_PASSWORD=@\n",
      "PGPASSWORD=@ psql -h db app\n",
      "db_password=@\n",
      "db:\n  user: ada\n  password: @\n",
      '{"user": "ada", "password": "@"}\n',
      "mysql -u root -p@ app\n",
      "mysqldump --password=@ app > dump.sql\n",
      "curl -u ada:@ https://api.example.com\n",
      "sshpass -p @ ssh ada@host\n",
      "docker login -u ada -p @ registry.example.com\n",
      "redis-cli -h cache -a @ ping\n",
      "create role app login password '@';\n",
      "machine api.example.com login ada password @\n",
      "machine api.example.com\n  login ada\n  password @\n",
      "db.example.com:5432:app:ada:@\n",
      "<server><username>ada</username><password>@</password></server>\n",
      "spring.datasource.password=@\n",
      "[database]\npassword = @\n",
      'password = "@"\n',
      "define('DB_PASSWORD', '@');\n",
      "- name: DB_PASSWORD\n  value: @\n- name: PORT\n",
      '{"name": "DB_PASSWORD", "value": "@"}\n',
      'resource "x" "y" {\n  master_password = "@"\n}\n',
      '{\\"password\\":\\"@\\",\\"user\\":\\"ada\\"}',
      "os.environ['SMTP_PASSWORD'] = '@'\n",
      "FROM alpine\nENV SMTP_PASSWORD @\nRUN make\n",
      "htpasswd -bc /etc/nginx/users ada @\n",
      "htpasswd -nbB ada '@' > users\n",
      "htpasswd -bBC 10 users ada @\n",
      "htpasswd -bB -C 12 users ada @\n",
      "htpasswd -nbBC 10 ada @\n",
      "ansible_sudo_pass: @\n",
      "server { user=ada pass=@ }\n",
      "login ada, pw: @\n",
      '{"user":"ada","pw":"@"}\n',
      "db_pw=@\n",
      "setenv MYSQL_PWD @\n",
      "wget --http-password=@ https://files.example.com/x\n",
    ],
  },
  "api-key-named": {
    pieces: [["hex", 32]],
    texts: [
      "DD_API_KEY=@\n",
      "DATADOG_APP_KEY: @\n",
      "x-api-key: @\n",
      "Fastly-Key: @\n",
      "curl -H 'X-Auth-Key: @' https://api.cloudflare.com\n",
      'const apiKey = "@";\n',
      "tool --api-key @ sync\n",
      "https://api.example.com/v1?api_key=@&q=1\n",
      '"apiKey":"@"\n',
      'api_key = "@"\n',
      "TWILIO_AUTH_TOKEN=@\n",
      "https://maps.example.com/js?key=@&v=3\n",
      '<add key="ApiKey" value="@" />\n',
      'static const char *api_key = "@";\n',
      "  api_key: @  \n",
      '#define WIFI_PASSWORD "@"\n',
    ],
  },
  "token-named": {
    pieces: [["alphanumeric", 40]],
    texts: [
      "CLOUDFLARE_API_TOKEN=@\n",
      "//registry.npmjs.org/:_authToken=@\n",
      "Authorization: token @\n",
      "authorization: Bearer @\n",
      '{"headers":{"Authorization":"Bearer @"}}\n',
      "https://api.example.com/cb#accessToken=@&token_type=bearer\n",
      '{\\"token\\":\\"@\\"}',
      '{"refresh_token": "@", "expires_in": 3600}\n',
      "client_secret=@&grant_type=client_credentials\n",
      "SECRET_KEY_BASE=@\n",
      "APP_KEY=base64:@=\n",
      "access_token: @\n",
      "token = '@'\n",
      "const token: string = `@`;\n",
      "gh auth login --with-token <<< @\n".replace("<<< @", "; export GH_TOKEN=@"),
      'variable "token" {\n  default = "x"\n}\nvault_token = "@"\n',
      "\u001b[01;31m\u001b[KTOKEN\u001b[m\u001b[K=@\n",
      "session_secret => '@',\n",
      "https://@@github.com/ada/ferry.git\n",
      "kubectl create secret generic x --from-literal=api-token=@\n",
    ],
  },
  "kubeconfig-key": {
    pieces: [["base64", 180]],
    texts: [
      "users:\n- name: ada\n  user:\n    client-key-data: @\n",
      '{"user":{"client-key-data":"@"}}\n',
    ],
  },
  "vault-unseal": {
    pieces: [["base64", 43], "="],
    texts: [
      "Unseal Key 1: @\nInitial root token: none\n",
      "\u001b[1mUnseal Key 2:\u001b[0m @\n",
      "vault operator unseal @\n",
    ],
  },
  "docker-auth": {
    pieces: [["base64", 48]],
    texts: [
      '{"auths":{"ghcr.example":{"auth":"@"}}}\n',
      '{\n  "auths": {\n    "r.example": {\n      "auth": "@"\n    }\n  }\n}\n',
    ],
  },
  "url-user": {
    pieces: [["hex", 32]],
    texts: [
      "SENTRY_DSN=https://@:x@o7.ingest.example.io/12\n",
      "git clone https://@:x-oauth-basic@git.example.com/ada/ferry.git\n",
    ],
  },
  "mailchimp-key": {
    pieces: [["hex", 32], "-us", ["digits", 2]],
    texts: [
      "MAILCHIMP_API_KEY=@\n",
      "curl -u any:@ https://us6.api.mailchimp.com/3.0/\n",
      'mailchimp.setConfig({ apiKey: "@", server: "us6" });\n',
    ],
  },
  "encoded-value": {
    pieces: ["aHVudGVy", "VHdvQW5k"],
    texts: [
      "kind: Secret\ndata:\n  password: @\n",
      "kind: Secret\ndata:\n  api-key: @\n",
      "kind: Secret\ndata:\n  client-secret: @\n",
    ],
  },
  "word-chain": {
    pieces: ["gravel-", "otter-", "lantern"],
    texts: ["db:\n  password: @\n", '{"password": "@"}\n', "passphrase: @\n"],
  },
  cookie: {
    pieces: [["alphanumeric", 36]],
    texts: [
      "Cookie: theme=dark; session=@\n",
      "Set-Cookie: sid=@; Path=/; HttpOnly\n",
      "curl -H 'Cookie: sid=@' https://example.com\n",
      "curl -b 'sid=@' https://example.com\n",
      '{"cookie": "connect.sid=@"}\n',
    ],
  },
  "basic-login": {
    pieces: [["alphanumeric", 22]],
    texts: ["Authorization: Basic @==\n", "proxy-authorization: Basic @\n"],
  },
};

const keys: Record<string, readonly [string, string]> = {
  "pem-rsa": ["-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"],
  "pem-pkcs8": ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"],
  "pem-encrypted": ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "-----END ENCRYPTED PRIVATE KEY-----"],
  "ssh-key": ["-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"],
  "pgp-key": ["-----BEGIN PGP PRIVATE KEY BLOCK-----", "-----END PGP PRIVATE KEY BLOCK-----"],
};

const keyShapes: readonly ((begin: string, body: string[], end: string) => string)[] = [
  (begin, body, end) => `$ cat id\n${[begin, ...body, end].join("\n")}\n$ `,
  (begin, body, end) => `{"private_key": "${[begin, ...body, end].join("\\n")}\\n"}\n`,
  (begin, body, end) => `tls:\n  key: |\n    ${[begin, ...body, end].join("\n    ")}\nport: 1\n`,
  (begin, body) => `$ head -4 id\n${[begin, ...body].join("\n")}\n`,
  (begin, body, end) => `PRIVATE="${[begin, ...body, end].join("\n")}"\n`,
];

/** Every secret of every kind in its surroundings; tokens in `each` of their twelve places. */
export function makeSamples(seed: number, each = 6): Sample[] {
  const random = seeded(seed);
  const samples: Sample[] = [];
  let place = 0;
  for (const [kind, pieces] of Object.entries(tokens)) {
    for (let count = 0; count < each; count++) {
      const secret = made(random, pieces);
      samples.push({ kind, secret, text: put(places[place++ % places.length] as string, secret) });
    }
  }
  for (const [kind, { pieces, texts }] of Object.entries(settings)) {
    for (const text of texts) {
      let secret = made(random, pieces);
      if (kind === "basic-login") secret = basic(random);
      samples.push({ kind, secret, text: put(text, secret) });
    }
  }
  for (const [kind, [begin, end]] of Object.entries(keys)) {
    for (const shape of keyShapes) {
      const body = Array.from({ length: 4 }, () => chars(random, "base64", 64));
      samples.push({ kind, secret: body.join("\n"), text: shape(begin, body, end) });
    }
  }
  return samples;
}

const basic = (random: Random): string =>
  btoa(`ada:${chars(random, "alphanumeric", 14)}`).replaceAll("=", "");

/** The last `@` that marks the place is the first one of the text. */
const put = (text: string, secret: string): string => text.replace("@", () => secret);

/** Pieces of a secret that nobody may see: any eight of its characters in a row, or all of a shorter one. */
export function leaks({ secret }: Sample, shown: string): boolean {
  const seen = shown.replaceAll(/\[redacted-[a-z-]+\]/g, " ");
  for (const line of secret.split("\n")) {
    const size = Math.min(8, line.length);
    for (let at = 0; at + size <= line.length; at++) {
      if (seen.includes(line.slice(at, at + size))) return true;
    }
  }
  return false;
}
