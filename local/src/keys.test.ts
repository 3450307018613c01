import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { kept_secrets, keys_of, random_secrets } from "./keys.ts";

let data_dir: string;
let file: string;

beforeEach(async () => {
  data_dir = await mkdtemp(path.join(tmpdir(), "kulti-keys-"));
  file = path.join(data_dir, "secrets.json");
  const made = data_dir;
  onTestFinished(() => rm(made, { recursive: true }));
});

const mode_of = async (name: string) => (await stat(name)).mode & 0o777;

test("kept_secrets makes secrets once, in a file that nobody else can read", async () => {
  const made = await kept_secrets(data_dir);
  expect(made.secret_key).toMatch(/^sb_secret_[\w-]{32}$/);
  expect(made.jwt_secret).toMatch(/^[\w-]{43}$/);
  expect(await mode_of(file)).toBe(0o600);
  expect(await kept_secrets(data_dir)).toEqual(made);
});

test("kept_secrets makes others for another folder, and a folder that is not there yet", async () => {
  const made = await kept_secrets(data_dir);
  const other = await kept_secrets(path.join(data_dir, "other"));
  expect(other.secret_key).not.toBe(made.secret_key);
  expect(other.jwt_secret).not.toBe(made.jwt_secret);
});

test("kept_secrets closes a file that was left open to others", async () => {
  await kept_secrets(data_dir);
  await chmod(file, 0o644);
  await kept_secrets(data_dir);
  expect(await mode_of(file)).toBe(0o600);
});

test.each(["", "{", "null", "[]", '{"secret_key": "hidden"}', '{"secret_key":"","jwt_secret":""}'])(
  "kept_secrets refuses a file that holds %j, names it, keeps it and does not repeat it",
  async (text) => {
    await writeFile(file, text);
    const refused = kept_secrets(data_dir);
    await expect(refused).rejects.toThrow(`${file} is not JSON with secret_key and jwt_secret`);
    await expect(refused).rejects.not.toThrow("hidden");
    expect(await readFile(file, "utf8")).toBe(text);
  },
);

test("keys_of gives the legacy keys of supabase start for its secret", async () => {
  const jwt_secret = "super-secret-jwt-token-with-at-least-32-characters-long";
  const { anon_jwt } = await keys_of({ ...random_secrets(), jwt_secret });
  expect(anon_jwt).toBe(
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzdXBhYmFzZS1kZW1vIiwicm9sZSI6ImFub24iLCJleHAiOjE5ODM4MTI5OTZ9.CRXP1A7WOeoJeXxjNni43kdQwgnWNReilDMblYTn_I0",
  );
});
