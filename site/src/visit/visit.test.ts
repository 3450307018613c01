import { expect, test } from "vitest";
import { parseAddress } from "./visit.ts";

const sessionId = "0b0e6e3e-5a4c-4b0e-9a8e-2f8f4b8f2c11";

test("parseAddress reads an agent and an optional session", () => {
  expect(parseAddress("/watch/ada")).toEqual({ agentId: "ada", sessionId: null });
  expect(parseAddress("/watch/ada/")).toEqual({ agentId: "ada", sessionId: null });
  expect(parseAddress(`/watch/ada/${sessionId}`)).toEqual({
    agentId: "ada",
    sessionId,
  });
});

test("parseAddress accepts an invalid session id, which the visit reports", () => {
  expect(parseAddress("/watch/ada/x")).toEqual({ agentId: "ada", sessionId: "x" });
});

test("parseAddress rejects addresses without an agent and with extra parts", () => {
  for (const path of ["/", "/watch", "/watch/Ada", `/watch/ada/${sessionId}/y`, "/x/ada"]) {
    expect(parseAddress(path)).toBeNull();
  }
});
