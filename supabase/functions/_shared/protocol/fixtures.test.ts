import { describe, expect, test } from "vitest";
import { KultiError } from "./errors.ts";
import { eventTypes } from "./event.ts";
import { readFixtures } from "./fixtures.ts";
import { isLegacy, parseLegacy } from "./legacy/legacy.ts";
import {
  parseAgentMessage,
  parseIngest,
  parseProfileChanges,
  parseRegister,
  parseRotate,
  parseScrub,
  parseViewerMessage,
} from "./schema.ts";

const parsers: Record<string, (body: unknown) => unknown> = {
  ingest: (body) => parseIngest(body),
  register: parseRegister,
  profile_changes: parseProfileChanges,
  rotate: parseRotate,
  scrub: parseScrub,
  viewer_message: parseViewerMessage,
  agent_message: parseAgentMessage,
};

function refusal(run: () => unknown): KultiError {
  try {
    run();
  } catch (error) {
    if (error instanceof KultiError) return error;
    throw error;
  }
  throw new Error("The body was accepted.");
}

const sorted = (issues: readonly { path: string; limit?: number }[] = []) =>
  issues
    .map(({ path, limit }) => (limit === undefined ? path : `${path} limit ${limit}`))
    .toSorted();

describe("valid fixtures", () => {
  test.each(readFixtures("valid"))("$name: $about", ({ request, body }) => {
    // Accepted events stay unchanged, except for an added id and time.
    expect(parsers[request]?.(body)).toMatchObject(body as object);
  });

  test("show every event type", () => {
    const bodies = JSON.stringify(readFixtures("valid"));
    expect(eventTypes.filter((type) => !bodies.includes(`"type":"${type}"`))).toEqual([]);
  });
});

describe("invalid fixtures", () => {
  test.each(readFixtures("invalid"))("$name: $about", ({ request, body, code, issues }) => {
    const error = refusal(() => parsers[request]?.(body));
    expect(error).toMatchObject({ code, status: 422 });
    expect(sorted(error.issues)).toEqual(sorted(issues));
    expect(error.message).toMatch(/^Cannot [^\n]+\.$/);
  });
});

describe("legacy fixtures", () => {
  test.each(readFixtures("legacy"))("$name: $about", ({ body, events }) => {
    const now = "2026-11-22T10:00:00.000Z";
    expect(isLegacy(body)).toBe(true);
    const request = parseLegacy(body, now);
    expect(request).toEqual({
      agent_id: "my-agent",
      events: events.map((event) => ({ at: now, ...event, id: expect.any(String) })),
    });
    if (events.length > 0) expect(parseIngest(request)).toEqual(request);
  });
});
