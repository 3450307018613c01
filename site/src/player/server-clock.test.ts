import { afterEach, expect, test, vi } from "vitest";
import { hear_time, server_now } from "./server-clock.ts";

afterEach(() => void vi.useRealTimers());

const reply_at = (ms: number) =>
  new Response("", { headers: { date: new Date(ms).toUTCString() } });

test("server_now follows the replies where the viewer's clock is off, and stays still where it is not", () => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  hear_time(reply_at(1_000_002_000));
  expect(server_now()).toBe(1_000_000_000);
  for (const off_ms of [3_600_000, -3_600_000]) {
    hear_time(reply_at(1_000_000_000 + off_ms));
    expect(server_now()).toBe(1_000_000_000 + off_ms);
    // A second more or less on the way does not make times jump.
    hear_time(reply_at(1_000_001_000 + off_ms));
    expect(server_now()).toBe(1_000_000_000 + off_ms);
  }
  hear_time(new Response(""));
  expect(server_now()).toBe(1_000_000_000 - 3_600_000);
  hear_time(reply_at(1_000_000_000));
  expect(server_now()).toBe(1_000_000_000);
});
