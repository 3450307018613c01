import { createServer } from "node:net";
import { freePort } from "@kulti/local";
import { expect, onTestFinished, test } from "vitest";
import { withEnvNames } from "./env-names.ts";
import { portTaken } from "./launch.ts";

test("portTaken explains a port that was taken between its check and its use", async () => {
  const port = await freePort();
  const holder = createServer().listen(port, "127.0.0.1");
  onTestFinished(() => void holder.close());
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => {
    createServer().once("error", resolve).listen(port, "127.0.0.1");
  });
  expect(error.code).toBe("EADDRINUSE");
  expect(portTaken(error)?.message).toBe(
    `Cannot start: port ${port} was taken while Kulti started. Start it again or choose other ports (KULTI_API_PORT, KULTI_DB_PORT, KULTI_SITE_PORT).`,
  );
  expect(portTaken(new Error("Another one."))).toBeUndefined();
});

test("withEnvNames replaces option names by variables, and leaves other parentheses", () => {
  expect(withEnvNames("Choose another port (apiPort). It failed (EACCES).")).toBe(
    "Choose another port (KULTI_API_PORT). It failed (EACCES).",
  );
  expect(withEnvNames("Not given (restUrl, realtimeUrl): (jwtSecret).")).toBe(
    "Not given (KULTI_REST_URL, KULTI_REALTIME_URL): (KULTI_JWT_SECRET).",
  );
});
