import { expect, test } from "vitest";
import { createKultiApi } from "./api.ts";

const apiThatAnswers = (status: number, body: string) =>
  createKultiApi({
    apiUrl: "https://kulti.example",
    publishableKey: "sb_publishable_x",
    fetch: async () => new Response(body, { status }),
  });

test("an error gives the server's reason, or the status alone for a proxy's page", async () => {
  const page = "<!DOCTYPE html><html><body>Bad gateway</body></html>";
  await expect(apiThatAnswers(502, page).findSessions()).rejects.toMatchObject({
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
  await expect(apiThatAnswers(404, refusal).sessionHead("x")).rejects.toMatchObject({
    status: 404,
    code: "session_not_found",
    message: "Cannot read the session: there is none.",
  });
});

test("a search is retried while all slots are taken, and not after a timeout", async () => {
  const refusal = (hint: string | null) =>
    new Response(
      JSON.stringify({ code: "PT503", details: "unavailable", hint, message: "Cannot search." }),
      { status: 503 },
    );
  const answers = [refusal("1"), refusal("1"), new Response("[]"), refusal(null)];
  const api = createKultiApi({
    apiUrl: "https://kulti.example",
    publishableKey: "sb_publishable_x",
    fetch: async () => answers.shift() as Response,
  });
  expect(await api.searchEvents({ query: "a" })).toEqual([]);
  await expect(api.searchEvents({ query: "a" })).rejects.toMatchObject({ code: "unavailable" });
  expect(answers).toEqual([]);
});
