import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { keptSecrets, keysOf, randomSecrets } from "./keys.ts";

let dataDir: string;
let file: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "kulti-keys-"));
  file = path.join(dataDir, "secrets.json");
  const made = dataDir;
  onTestFinished(() => rm(made, { recursive: true }));
});

const modeOf = async (name: string) => (await stat(name)).mode & 0o777;

test("keptSecrets makes secrets once, in a file that nobody else can read", async () => {
  const made = await keptSecrets(dataDir);
  expect(made.secret_key).toMatch(/^sb_secret_[\w-]{32}$/);
  expect(made.jwt_secret).toMatch(/^[\w-]{43}$/);
  expect(await modeOf(file)).toBe(0o600);
  expect(await keptSecrets(dataDir)).toEqual(made);
});

test("keptSecrets makes new secrets for another folder, and creates the folder", async () => {
  const made = await keptSecrets(dataDir);
  const other = await keptSecrets(path.join(dataDir, "other"));
  expect(other.secret_key).not.toBe(made.secret_key);
  expect(other.jwt_secret).not.toBe(made.jwt_secret);
});

test("keptSecrets closes a file that was left open to others", async () => {
  await keptSecrets(dataDir);
  await chmod(file, 0o644);
  await keptSecrets(dataDir);
  expect(await modeOf(file)).toBe(0o600);
});

test.each(["", "{", "null", "[]", '{"secret_key": "hidden"}', '{"secret_key":"","jwt_secret":""}'])(
  "keptSecrets rejects a file that holds %j, names and keeps it, and does not quote it",
  async (text) => {
    await writeFile(file, text);
    const refused = keptSecrets(dataDir);
    await expect(refused).rejects.toThrow(`${file} is not JSON with secret_key and jwt_secret`);
    await expect(refused).rejects.not.toThrow("hidden");
    expect(await readFile(file, "utf8")).toBe(text);
  },
);

test("keysOf gives the legacy keys of supabase start for its secret", async () => {
  const jwtSecret = "super-secret-jwt-token-with-at-least-32-characters-long";
  const { anonJwt } = await keysOf({ ...randomSecrets(), jwt_secret: jwtSecret });
  expect(anonJwt).toBe(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9.CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0",
  );
});
