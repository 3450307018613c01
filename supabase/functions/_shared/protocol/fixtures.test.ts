import { describe, expect, test } from "vitest";
import { KultiError } from "./errors.ts";
import { event_types } from "./event.ts";
import { read_fixtures } from "./fixtures.ts";
import { is_legacy, parse_legacy } from "./legacy.ts";
import {
  parse_agent_message,
  parse_ingest,
  parse_profile_changes,
  parse_register,
  parse_rotate,
  parse_viewer_message,
} from "./schema.ts";

const parsers: Record<string, (body: unknown) => unknown> = {
  ingest: (body) => parse_ingest(body),
  register: parse_register,
  profile_changes: parse_profile_changes,
  rotate: parse_rotate,
  viewer_message: parse_viewer_message,
  agent_message: parse_agent_message,
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
  test.each(read_fixtures("valid"))("$name: $about", ({ request, body }) => {
    // What is accepted is kept as it is; an id and a time may be added to events.
    expect(parsers[request]?.(body)).toMatchObject(body as object);
  });

  test("show every event type", () => {
    const bodies = JSON.stringify(read_fixtures("valid"));
    expect(event_types.filter((type) => !bodies.includes(`"type":"${type}"`))).toEqual([]);
  });
});

describe("invalid fixtures", () => {
  test.each(read_fixtures("invalid"))("$name: $about", ({ request, body, code, issues }) => {
    const error = refusal(() => parsers[request]?.(body));
    expect(error).toMatchObject({ code, status: 422 });
    expect(sorted(error.issues)).toEqual(sorted(issues));
    expect(error.message).toMatch(/^Cannot [^\n]+\.$/);
  });
});

describe("legacy fixtures", () => {
  test.each(read_fixtures("legacy"))("$name: $about", ({ body, events }) => {
    const now = "2026-11-22T10:00:00.000Z";
    expect(is_legacy(body)).toBe(true);
    const request = parse_legacy(body, now);
    expect(request).toEqual({
      agent_id: "my-agent",
      events: events.map((event) => ({ at: now, ...event, id: expect.any(String) })),
    });
    if (events.length > 0) expect(parse_ingest(request)).toEqual(request);
  });
});
