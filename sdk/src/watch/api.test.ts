import { expect, test } from "vitest";
import { createKultiApi } from "./api.ts";

const api_that_answers = (status: number, body: string) =>
  createKultiApi({
    api_url: "https://kulti.example",
    publishable_key: "sb_publishable_x",
    fetch: async () => new Response(body, { status }),
  });

test("an error tells the server's reason, and of a page that a proxy sent its status alone", async () => {
  const page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
  await expect(api_that_answers(502, page).find_sessions()).rejects.toMatchObject({
    status: 502,
    code: "internal",
    message: "https://kulti.example answered HTTP 502.",
  });
  const refusal = JSON.stringify({
    code: "PT404",
    details: "session_not_found",
    hint: null,
    message: "Cannot read the session: there is none.",
  });
  await expect(api_that_answers(404, refusal).session_head("x")).rejects.toMatchObject({
    status: 404,
    code: "session_not_found",
    message: "Cannot read the session: there is none.",
  });
});
