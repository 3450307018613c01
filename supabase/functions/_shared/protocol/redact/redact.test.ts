import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leaks, makeSamples } from "./corpus.ts";
import { nameForms, nameRules } from "./names.ts";
import { compilePattern } from "./pattern.ts";
import { redact, redacted, StreamRedactor } from "./redact.ts";
import { tokenRules } from "./rules.ts";
import { findSecrets } from "./scan.ts";

/** Put together here, so that nobody's scanner takes these for secrets that leaked. */
const random = "a8Fk29dLq0PzXw7TbN3mYc5RvH1sJe6G";
const long = random + random;
const mark = redacted;

describe("what is taken out", () => {
  test("at least 300 invented secrets of 60 kinds, whole and in their surroundings", () => {
    const samples = makeSamples(1);
    expect(samples.length).toBeGreaterThan(300);
    expect(new Set(samples.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(60);
    const missed = samples.filter((sample) => leaks(sample, redact(sample.text)));
    expect(missed.map(({ text }) => text)).toEqual([]);
  });

  test("of other seeds at least 98 of 100", () => {
    const samples = [2, 3, 4, 5].flatMap((seed) => makeSamples(seed));
    const missed = samples.filter((sample) => leaks(sample, redact(sample.text)));
    expect(missed.length / samples.length).toBeLessThan(0.02);
  });

  test.each([
    [`ghp_${random}abcd`, "github-token"],
    [`sk-ant-api03-${random}`, "openai-key"],
    [`klt_${random}`, "kulti-key"],
    [`AKIA${"ABCDEFGH23456789"}`, "aws-key-id"],
    [`eyJhbGciOiJIUzI1NiJ9.eyJ${random}.${random}`, "jwt"],
  ])("%s wherever it stands, and the rest stays", (secret, kind) => {
    for (const [before, after] of [
      ["", ""],
      ["export VALUE=", "\n"],
      ['{"value":"', '"}'],
      ["https://api.example/?k=", "&q=1"],
      ["curl -H 'X: ", "' https://api.example"],
      ["a\\n", "\\n"],
      ["\u001b[32m", "\u001b[0m"],
      ["q%3D", "%26"],
    ]) {
      expect(redact(before + secret + after)).toBe(before + mark(kind) + after);
    }
  });

  test.each([
    [`Authorization: Bearer ${random}`, `Authorization: Bearer ${mark("authorization")}`],
    [`Authorization: Basic ${random}==`, `Authorization: Basic ${mark("authorization")}`],
    ["postgresql://ada:hunter2@db.example/x", `postgresql://ada:${mark("login")}@db.example/x`],
    ["redis://:hunter2@cache:6379", `redis://:${mark("login")}@cache:6379`],
    ["DB_PASSWORD=hunter2", `DB_PASSWORD=${mark("password")}`],
    ["db_password=hunter2", `db_password=${mark("password")}`],
    ["PGPASSWORD=hunter2 psql", `PGPASSWORD=${mark("password")} psql`],
    ['export DB_PASSWORD="two words"', `export DB_PASSWORD="${mark("password")}"`],
    [`aws_secret_access_key = ${random}/+abc12D`, `aws_secret_access_key = ${mark("key")}`],
    ['{"password":"hunter2"}', `{"password":"${mark("password")}"}`],
    [`{\\"token\\":\\"${random}\\"}`, `{\\"token\\":\\"${mark("token")}\\"}`],
    [`const apiKey = '${random}';`, `const apiKey = '${mark("key")}';`],
    ["db:\n  password: hunter2\n", `db:\n  password: ${mark("password")}\n`],
    [`-H "x-api-key: ${random}"`, `-H "x-api-key: ${mark("key")}"`],
    [`tool --auth-token ${random} run`, `tool --auth-token ${mark("token")} run`],
    ["mysql --password=hunter2", `mysql --password=${mark("password")}`],
    ['["--password", "hunter2"]', `["--password", "${mark("password")}"]`],
    ["curl -u ada:hunter2 https://x.example", `curl -u ada:${mark("login")} https://x.example`],
    ["the password is hunter2, so", `the password is ${mark("password")}, so`],
    [`GET /x?access_token=${random}&a=1`, `GET /x?access_token=${mark("token")}&a=1`],
    [`Cookie: a=1; sid=${random}\n`, `Cookie: ${mark("cookie")}\n`],
    [`ENV DB_PASSWORD hunter2`, `ENV DB_PASSWORD ${mark("password")}`],
    ["define('DB_PASSWORD', 'hunterTwo');", `define('DB_PASSWORD', '${mark("password")}');`],
    ["vault_become_pass: hunter2", `vault_become_pass: ${mark("password")}`],
    ["login pass=hunter2 ok", `login pass=${mark("password")} ok`],
    ["ada pw: hunter2", `ada pw: ${mark("password")}`],
    ["  password: aHVudGVyVHdv\n", `  password: ${mark("password")}\n`],
    ["password: gravel-otter-lantern\n", `password: ${mark("password")}\n`],
    ["htpasswd -bBC 10 users ada hunter2", `htpasswd -bBC 10 users ada ${mark("password")}`],
    [`token: 9fceb02d0ae598e95dc970b74767f19372d61af8`, `token: ${mark("token")}`],
    [`push token: 9fceb02d0ae598e95dc970b74767f19372d61af8`, `push token: ${mark("token")}`],
    [`https://${random}:x@api.example/`, `https://${mark("login")}:x@api.example/`],
    [`\u001b[1mghp_\u001b[0m${random}abcd\u001b[0m`, `\u001b[1m${mark("github-token")}\u001b[0m`],
    [`ghp_${random}\u001b[1mab\u001b[Kcd end`, `${mark("github-token")} end`],
    [`\u001b[1mTOKEN\u001b[m=${random}`, `\u001b[1mTOKEN\u001b[m=${mark("token")}`],
  ])("%j", (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  test("private keys, with their end and without", () => {
    const [begin, end] = ["BEGIN", "END"].map((word) => `-----${word} RSA PRIVATE KEY-----`);
    const body = `\n${long}\n${long}\n`;
    const shown = mark("private-key");
    expect(redact(begin + body + end)).toBe(begin + shown + end);
    expect(redact(begin + body)).toBe(`${begin}${shown}\n`);
    expect(redact(`"${begin}\\n${long}\\n${end}"`)).toBe(`"${begin}${shown}${end}"`);
    expect(redact(`${begin}${body}short==\n\none\ntwo\nthree\nfour\n`)).toBe(
      `${begin}${shown}\n\none\ntwo\nthree\nfour\n`,
    );
    const code = `if (text.includes("${begin}")) return;\n`.repeat(3);
    expect(redact(code)).toBe(code);
  });
});

test.each([
  "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main)",
  "index 9fceb02..d0ae598 100644\nkey: 9fceb02d0ae598e95dc970b74767f19372d61af8",
  "commit 9fceb02, token: 9fceb02d0ae598e95dc970b74767f19372d61af8",
  "6f1c8a52-3a6e-4d57-9f0e-1f6f2b8a9c11",
  "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  `data:image/png;base64,${"iVBORw0KGgoAAAANSUhEUgAA".repeat(40)}`,
  "max_tokens: 4096, token_count = 17, TOKEN_LIMIT=100000",
  "next_token: abc12345, NextToken=a8Fk29dLq0PzXw7T, page-token: a8Fk29dLq0PzXw7T",
  "const token = getToken(); const password = process.env.PASSWORD;",
  "password: string;\n  apiKey?: string;\n  secret: Buffer",
  `DB_PASSWORD=$DB_PASSWORD API_KEY=\${API_KEY} TOKEN=<your token>`,
  `token: "Bearer \${token}", password: "your_password"`,
  "password=*** api_key=xxxxxxxxxxxxxxxx secret: '{{ secret }}'",
  "postgres://$USER:$PASSWORD@localhost/db",
  "The token expired, so the password was asked for again.",
  "PWD=/home/ada/ferry\nOLDPWD=/home/ada",
  "sk-learn-is-not-a-key-but-a-library-name",
  '<div class="sk-folding-cube-2-wrapper sk-circle-fade-dot-12">',
  "import { useToken } from './token-provider-v2/index.js'",
  "git@github.com:ada/ferry.git and http://127.0.0.1:54321/x@2",
  "  tokens: [1, 2, 3]\n  key: value1234",
  "secretName: my-app-secret-v2\nkey: password1",
  `key-${"a".repeat(32)} ghp_${"0".repeat(36)} npm_${"x".repeat(36)}`,
  "bypass=hunter2 compass: north-b4 trespass=a1b2c3d4",
  '{"pass": "未指定影響文字間距的帶有「!important」的內聯樣式"}',
  "12 tests pass: v1.2.3, pass: 1200ms, pass=42/50, pass: 99.5%",
  'password: forgot-password-link\n  password: "enter-your-password"\nautocomplete="current-password"',
  "htpasswd -c users ada && htpasswd users ada",
  "ENV TOKEN_PATH /run/secrets/token\nthe ENV PASSWORD must be set",
  "sk-\u001b[1mlearn\u001b[0m-is-not-a-key-but-a-library",
])("%j stays as it is", (text) => {
  expect(redact(text)).toBe(text);
});

test("ordinary text: at most one false hit in five megabytes of a lockfile and of packages' sources", () => {
  const root = new URL("../../../../../", import.meta.url);
  const texts = [readFileSync(new URL("package-lock.json", root), "utf8")];
  for (const name of ["fast-check", "valibot", "vitest", "@biomejs", "esbuild", "react-dom"]) {
    const folder = new URL(`node_modules/${name}/`, root);
    try {
      for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!/\.([cm]?[jt]s|json|md)$/.test(path)) continue;
        texts.push(readFileSync(new URL(path, folder), "utf8"));
      }
    } catch (error) {
      // Whatever is not installed is no text.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  const hits = texts.flatMap((text) =>
    findSecrets(text).secrets.map(({ start, end }) => text.slice(start - 30, end)),
  );
  const megabytes = texts.reduce((sum, text) => sum + text.length, 0) / 1e6;
  expect(megabytes).toBeGreaterThan(4);
  expect(hits.length, hits.join("\n")).toBeLessThanOrEqual(Math.ceil(megabytes / 5));
});

/** Beginnings of all rules, and the text between names and values. */
const literals = [
  ...tokenRules.map(({ pattern }) => pattern.replace(/[[(].*/, "").replaceAll("\\", "")),
  ...nameRules.map(({ word }) => word),
  ...["=", ": ", '"', "'", "`", "\\n", '\\"', "://", "@", ":", "\n", " ", "Bearer ", "--", "TOKEN"],
  ...["0a1b2c3d".repeat(4), "0a1b2c3d", "-us", "-us12", "htpasswd -bBC 10 "],
  ...["-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PGP PRIVATE KEY", "-----", "-----END ", "$"],
  ...[
    random,
    long,
    "hunter2",
    "curl -u ",
    "\u001b[31m",
    "\u001b[0m",
    "\u001b[K",
    "\u001b[",
    "<",
    ">",
    "value",
    "é",
    "string",
    "%3D",
  ],
].filter((literal) => literal !== "");

const texts = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...literals) }, fc.string()), {
    maxLength: 25,
  })
  .map((parts) => parts.join(""));

describe("a text in pieces", () => {
  function inPieces(text: string, cuts: readonly number[]): string {
    const stream = new StreamRedactor();
    let shown = "";
    let from = 0;
    for (const cut of [...cuts].sort((one, other) => one - other)) {
      shown += stream.push(text.slice(from, cut));
      from = cut;
    }
    return shown + stream.push(text.slice(from)) + stream.end();
  }

  test("comes out as the whole text does, wherever it is cut", () => {
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 20 }), (text, places) => {
        const cuts = places.map((place) => place % (text.length + 1));
        expect(inPieces(text, cuts)).toBe(redact(text));
      }),
      {
        numRuns: 5_000,
        examples: [
          ["sshpass -p\u001b[0m(#", [11]],
          ["sshpass -p\u001b[0msk-proj-", [12]],
        ],
      },
    );
  });

  test("character by character too", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(
          inPieces(
            text,
            [...text].map((_, index) => index),
          ),
        ).toBe(redact(text));
      }),
      { numRuns: 300 },
    );
  });

  test("hides every secret of the corpus, cut at every position", () => {
    for (const sample of makeSamples(1, 2)) {
      const whole = redact(sample.text);
      for (let cut = 1; cut < sample.text.length; cut++) {
        expect(inPieces(sample.text, [cut])).toBe(whole);
      }
    }
  });

  test("flows: only what may be a part of a secret waits", () => {
    const stream = new StreamRedactor();
    expect(stream.push("I think that the token of pass")).toBe("I think that the token of pass");
    expect(stream.push("word = ")).toBe("word = ");
    expect(stream.push("hunter2")).toBe("");
    expect(stream.held).toBe(7);
    expect(stream.push("\nnext gh")).toBe(`${mark("password")}\nnext `);
    expect(stream.end()).toBe("gh");
    expect(stream.push("gh")).toBe("");
  });

  test("gives up a value without an end at the bound, and so does the whole text", () => {
    const text = `TOKEN=${random.repeat(400)} after`;
    const shown = redact(text);
    expect(shown.length).toBeLessThan(text.length - 8_000);
    expect(inPieces(text, [100, 5_000, 9_000])).toBe(shown);
    const key = `-----BEGIN PRIVATE KEY-----\n${`${long}\n`.repeat(800)}after`;
    expect(inPieces(key, [20, 30_000, 40_000])).toBe(redact(key));
    expect(redact(key)).toContain("after");
  });
});

test("redacting twice changes nothing", () => {
  const pieces = fc.constantFrom(
    ...["password", "=", ": ", '"', "'", "://", "@", ":", "\n", "Bearer ", "--token ", "TOKEN"],
    ...["-----BEGIN PRIVATE KEY-----", "-----END ", random, "curl -u ", "$", " "],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
      const once = redact(parts.join(""));
      expect(redact(once)).toBe(once);
    }),
    {
      numRuns: 2_000,
      examples: [
        [[`whsec_sk-proj-\u001bsk-proj-${long}`]],
        [["sshpass -p$xapp-github_pat_w{22,255}"]],
      ],
    },
  );
});

describe("the work is linear", () => {
  const hostile = [
    ...new Set([
      ...literals,
      ...nameRules.flatMap(({ word }) => [`${word}=`, `${word}="`, `a_${word}: a1`, `--${word} `]),
      ...["a", "\\", "(", "[", "{", "http://a", "http://a:b", "curl -u a:", "-u a", "cookie: a="],
      ...["eyJaaaaaaaaaa.", "sk-a8Fk29dLq0PzX-", "login a password b1 ", "password=a1B2c3D4e5F6&"],
      ...[
        "-----BEGIN PRIVATE KEY-----",
        "BEGIN ",
        "\u001b[",
        "\u001b[1m",
        "-----BEGIN RSA PRIVATE KEY-----a\n",
      ],
      ...[
        "eyJ\u001b[1m",
        "ghp_\u001b[m\u001b[K",
        "bearer \u001b[1ma",
        "sk-a\u001b[0m",
        "hvs.\u001b[m.a",
      ],
    ]),
  ];

  test.each(hostile)("100,000 characters of %j", (piece) => {
    const steps = (length: number): number => {
      const text = piece.repeat(length / piece.length);
      return findSecrets(text).steps / text.length;
    };
    expect(steps(100_000)).toBeLessThan(60);
    expect(steps(200_000)).toBeLessThan(steps(100_000) * 1.1 + 1);
  });

  test("a megabyte of what costs most is done within a second of the processor", () => {
    for (const piece of [
      "sk-",
      "pwd=",
      "token=",
      "-----BEGIN PRIVATE KEY-----",
      "cookie: a=",
      "\\n",
    ]) {
      const text = piece.repeat(1_000_000 / piece.length);
      const before = process.cpuUsage().user;
      redact(text);
      expect((process.cpuUsage().user - before) / 1000).toBeLessThan(2_000);
    }
  });
});

describe("the rules are data", () => {
  test("JSON can carry them", () => {
    for (const rules of [tokenRules, nameRules, nameForms]) {
      expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
    }
  });

  test("each token has a name for what replaces it", () => {
    for (const { kind } of [...tokenRules, ...nameRules]) expect(kind).toMatch(/^[a-z-]+$/);
  });

  test("no part of a pattern takes what the next one needs, so that regular expressions read them alike", () => {
    const patterns = [
      ...tokenRules.map(({ pattern, any_case: anyCase }) => ({ pattern, any_case: anyCase })),
      ...nameForms.map(({ pattern }) => ({
        pattern: pattern.replaceAll("{q}", '"'),
        any_case: false,
      })),
    ];
    for (const { pattern, any_case: anyCase } of patterns) {
      const { parts } = compilePattern(pattern, anyCase);
      for (const [index, part] of parts.entries()) {
        if (part.min === part.max) continue;
        for (const next of parts.slice(index + 1)) {
          const shared = next.set.some((isIn, code) => isIn === 1 && part.set[code] === 1);
          expect.soft(shared && next.min > 0, `${pattern}: part ${index}`).toBe(false);
          if (next.min > 0) break;
        }
      }
    }
  });
});
