import { expect, test } from "vitest";
import { headers_file, with_policy } from "./host-files.ts";

/** The policies that hold for an address, on a host that joins the rules and on one that takes the closest. */
function policies(file: string, pathname: string) {
  const rules = new Map<string, string>();
  let page = "";
  for (const line of file.split("\n")) {
    if (line.startsWith("/")) page = line;
    const policy = /^ {2}content-security-policy: (.*)/.exec(line)?.[1];
    if (policy) rules.set(page, policy);
  }
  const fitting = [...rules].filter(([pattern]) =>
    pattern.endsWith("*") ? pathname.startsWith(pattern.slice(0, -1)) : pathname === pattern,
  );
  const closeness = (pattern: string) => pattern.length - (pattern.endsWith("*") ? 2 : 0);
  const closest = fitting.toSorted(([a], [b]) => closeness(b) - closeness(a))[0]?.[1] ?? "";
  return { joined: fitting.map(([, policy]) => policy).join(", "), closest };
}

test("headers_file lets only small stages be framed, however a host reads it", () => {
  const pages = ["/", "/404", "/embed", "/embed/*", "/watch", "/watch/*"];
  const file = headers_file(["sha256-x"], pages);
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

test("with_policy puts the policy before all that it governs", () => {
  const html = '<!DOCTYPE html><html><head><meta charset="utf-8"><script>1</script></head></html>';
  const policy =
    /^<!DOCTYPE html><html><head><meta charset="utf-8"><meta http-equiv="content-security-policy" content="([^"]*)"><script>/;
  const [, written] = policy.exec(with_policy(html, ["sha256-x"])) ?? [];
  expect(written).toContain("script-src 'self' 'sha256-x'");
  // Browsers pass over it in a page, with a complaint.
  expect(written).not.toContain("frame-ancestors");
});
