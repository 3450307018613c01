import { afterEach, expect, test, vi } from "vitest";
import { learnTime, serverNow } from "./server-clock.ts";

afterEach(() => void vi.useRealTimers());

const replyAt = (ms: number) => new Response("", { headers: { date: new Date(ms).toUTCString() } });

test("serverNow follows the server when the viewer's clock is wrong, and the viewer's clock otherwise", () => {
  vi.useFakeTimers({ now: 1_000_000_000 });
  learnTime(replyAt(1_000_002_000));
  expect(serverNow()).toBe(1_000_000_000);
  for (const offMs of [3_600_000, -3_600_000]) {
    learnTime(replyAt(1_000_000_000 + offMs));
    expect(serverNow()).toBe(1_000_000_000 + offMs);
    // A delay of about a second does not make times jump.
    learnTime(replyAt(1_000_001_000 + offMs));
    expect(serverNow()).toBe(1_000_000_000 + offMs);
  }
  learnTime(new Response(""));
  expect(serverNow()).toBe(1_000_000_000 - 3_600_000);
  learnTime(replyAt(1_000_000_000));
  expect(serverNow()).toBe(1_000_000_000);
});
