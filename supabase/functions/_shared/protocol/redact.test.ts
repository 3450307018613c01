import fc from "fast-check";
import { expect, test } from "vitest";
import { redact, redacted } from "./redact.ts";

/** Put together here, so that nobody's scanner takes these for secrets that leaked. */
const random = "a8Fk29dLq0PzXw7TbN3mYc5RvH1sJe6G";
const long = random + random;
const secrets: Record<string, string> = {
  OpenAI: `sk-proj-${random}`,
  Anthropic: `sk-ant-api03-${random}`,
  Kulti: `klt_${random}`,
  Supabase: `sb_secret_${random}`,
  GitHub: `ghp_${random}abcd`,
  "GitHub, fine-grained": `github_pat_${random}`,
  GitLab: `glpat-${random}`,
  AWS: `AKIA${"ABCDEFGH23456789"}`,
  Google: `AIza${random}abc`,
  Slack: `xoxb-${random}`,
  Stripe: `sk_live_${random}`,
  "Hugging Face": `hf_${random}`,
  npm: `npm_${random}abcd`,
  SendGrid: `SG.${random}.${random}`,
  Groq: `gsk_${long}`,
  "JSON Web Token": `eyJhbGciOiJIUzI1NiJ9.eyJ${random}.${random}`,
};

test.each(Object.entries(secrets))("a key of %s is taken out wherever it stands", (_, secret) => {
  for (const [before, after] of [
    ["", ""],
    ["export KEY=", "\n"],
    ['{"key":"', '"}'],
    ["https://api.example/?key=", "&q=1"],
    ["curl -H 'X: ", "' https://api.example"],
  ]) {
    const shown = redact(before + secret + after);
    expect(shown).not.toContain(secret);
    expect(shown).toBe(before + redacted + after);
  }
});

test.each([
  [`Authorization: Bearer ${random}`, `Authorization: Bearer ${redacted}`],
  [`Authorization: Basic ${random}==`, `Authorization: Basic ${redacted}`],
  ["postgresql://ada:hunter2@db.example/x", `postgresql://ada:${redacted}@db.example/x`],
  ["redis://:hunter2@cache:6379", `redis://:${redacted}@cache:6379`],
  ["DB_PASSWORD=hunter2", `DB_PASSWORD=${redacted}`],
  ['export AWS_SECRET_ACCESS_KEY="abc/def+1234"', `export AWS_SECRET_ACCESS_KEY=${redacted}`],
  ['{"password":"hunter2"}', `{"password":"${redacted}"}`],
  [`const apiKey = '${random}';`, `const apiKey = '${redacted}';`],
  ["db:\n  password: hunter2\n", `db:\n  password: ${redacted}\n`],
  [`-H "x-api-key: ${random}"`, `-H "x-api-key: ${redacted}"`],
  [`tool --auth-token ${random} run`, `tool --auth-token ${redacted} run`],
  ["mysql --password=hunter2", `mysql --password=${redacted}`],
  ["curl -u ada:hunter2 https://x.example", `curl -u ada:${redacted} https://x.example`],
])("%j", (text, shown) => {
  expect(redact(text)).toBe(shown);
});

test("private keys, with their end and without", () => {
  const [begin, end] = ["BEGIN", "END"].map((word) => `-----${word} RSA PRIVATE KEY-----`);
  const body = `\n${long}\n${long}\n`;
  expect(redact(begin + body + end)).toBe(begin + redacted + end);
  expect(redact(begin + body)).toBe(`${begin}${redacted}\n`);
  expect(redact(`"${begin}\\n${long}\\n${end}"`)).not.toContain(random);
  const code = `if (text.includes("${begin}")) return;`;
  expect(redact(code)).toBe(code);
});

test.each([
  "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main)",
  "6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11",
  "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  `data:image/png;base64,${"iVBORw0KGgoAAAANSUhEUgAA".repeat(40)}`,
  "max_tokens: 4096, token_count = 17, TOKEN_LIMIT=100000",
  "const token = getToken(); const password = process.env.PASSWORD;",
  "password: string;\n  apiKey?: string;\n  secret: Buffer",
  `DB_PASSWORD=$DB_PASSWORD API_KEY=\${API_KEY} TOKEN=<your token>`,
  `token: "Bearer \${token}", password: "your_password"`,
  "postgres://$USER:$PASSWORD@localhost/db",
  "The token expired, so the password was asked for again.",
  "PWD=/home/ada/ferry\nOLDPWD=/home/ada",
  "sk-learn-is-not-a-key-but-a-library-name",
  "import { useToken } from './token-provider-v2/index.js'",
  "git@github.com:ada/ferry.git and http://127.0.0.1:54321/x@2",
  "  tokens: [1, 2, 3]\n  key: value1234",
])("%j stays as it is", (text) => {
  expect(redact(text)).toBe(text);
});

test("redacting twice changes nothing, whatever the text", () => {
  const pieces = fc.constantFrom(
    ...["password", "=", ": ", '"', "'", "://", "@", ":", "\n", "Bearer ", "--token ", "TOKEN"],
    ...["-----BEGIN PRIVATE KEY-----", "-----END ", random, "curl -u ", "$", " "],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
      const once = redact(parts.join(""));
      expect(redact(once)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["begins of private keys", "-----BEGIN PRIVATE KEY-----"],
  ["letters", "a"],
  ["names", "password_"],
  ["addresses", "http://a"],
  ["calls of curl", "curl "],
  ["escapes", "\\n"],
  ["dashes", "--"],
  ["tokens", "eyJaaaaaaaaaa."],
  ["spaces", " "],
])("half a megabyte of %s takes no time", (_, piece) => {
  const text = piece.repeat(500_000 / piece.length);
  const from_ms = process.cpuUsage().user / 1000;
  redact(text);
  expect(process.cpuUsage().user / 1000 - from_ms).toBeLessThan(1_500);
});
