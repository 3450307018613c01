import { expect, test } from "vitest";
import { parse_address } from "./visit.ts";

const session_id = "0b0e6e3e-5a4c-4b0e-9a8e-2f8f4b8f2c11";

test("parse_address reads an agent and, where there is one, a session", () => {
  expect(parse_address("/watch/ada")).toEqual({ agent_id: "ada", session_id: null });
  expect(parse_address("/watch/ada/")).toEqual({ agent_id: "ada", session_id: null });
  expect(parse_address(`/watch/ada/${session_id}`)).toEqual({ agent_id: "ada", session_id });
});

test("parse_address leaves it to the visit to say that a session can't be", () => {
  expect(parse_address("/watch/ada/x")).toEqual({ agent_id: "ada", session_id: "x" });
});

test("parse_address refuses what names no agent or too much", () => {
  for (const path of ["/", "/watch", "/watch/Ada", `/watch/ada/${session_id}/y`, "/x/ada"]) {
    expect(parse_address(path)).toBeNull();
  }
});
