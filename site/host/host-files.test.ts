import { expect, test } from "vitest";
import { headersFile, withoutPolicy, withPolicy } from "./host-files.ts";

const policy = { scriptHashes: ["sha256-x"], apiUrl: "https://ref.supabase.co/" };

/** The policies of an address, on a host that joins all matching rules and on one that takes the most specific. */
function policies(file: string, pathname: string) {
  const rules = new Map<string, string>();
  let page = "";
  for (const line of file.split("\n")) {
    if (line.startsWith("/")) page = line;
    const found = /^ {2}content-security-policy: (.*)/.exec(line)?.[1];
    if (found) rules.set(page, found);
  }
  const fitting = [...rules].filter(([pattern]) =>
    pattern.endsWith("*") ? pathname.startsWith(pattern.slice(0, -1)) : pathname === pattern,
  );
  const closeness = (pattern: string) => pattern.length - (pattern.endsWith("*") ? 2 : 0);
  const closest = fitting.toSorted(([a], [b]) => closeness(b) - closeness(a))[0]?.[1] ?? "";
  return { joined: fitting.map(([, rule]) => rule).join(", "), closest };
}

test("headersFile allows framing of embed pages alone, under both ways of reading it", () => {
  const pages = ["/", "/404", "/embed", "/embed/*", "/watch", "/watch/*"];
  const file = headersFile(policy, pages);
  for (const path of ["/", "/watch/ada", "/watch/ada/1"]) {
    const { joined, closest } = policies(file, path);
    expect(joined, path).toContain("frame-ancestors 'self'");
    expect(closest, path).toContain("frame-ancestors 'self'");
    expect(closest, path).toContain("script-src 'self' 'sha256-x'");
  }
  const { joined, closest } = policies(file, "/embed/ada");
  expect(joined + closest).not.toContain("frame-ancestors");
  expect(closest).toContain("script-src 'self' 'sha256-x'");
});

test("withPolicy puts the policy before everything that it governs", () => {
  const html = '<!DOCTYPE html><html><head><meta charset="utf-8"><script>1</script></head></html>';
  const start =
    /^<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="([^"]*)"><script>/;
  const [, written] = start.exec(withPolicy(html, policy)) ?? [];
  expect(written).toContain("script-src 'self' 'sha256-x'");
  // Browsers ignore it in a page and log a warning.
  expect(written).not.toContain("frame-ancestors");
  expect(withoutPolicy(withPolicy(html, policy))).toBe(html);
});

test("every policy of a build lets pages connect to the project and to nothing else", () => {
  const written = headersFile(policy, ["/", "/embed", "/embed/*", "/watch"]);
  const page = withPolicy('<meta charset="utf-8">', policy);
  const connects = [...`${written}${page}`.matchAll(/connect-src ([^;]*);/g)].map(([, to]) => to);
  expect(connects.length).toBeGreaterThan(3);
  expect(new Set(connects)).toEqual(
    new Set(["'self' https://ref.supabase.co wss://ref.supabase.co"]),
  );
});
