import { expect, test } from "vitest";
import { Bodies } from "./bodies.ts";

const create = () =>
  new Bodies({ secretKeyBytes: 100, visitorBytes: 50, allVisitorsBytes: 80, smallBytes: 10 });

const post = (body: string | ReadableStream, headers = {}) =>
  new Request("http://local", { method: "POST", body, headers, duplex: "half" } as RequestInit);

/** A body that sends one piece, then stays open until `end`. */
function openBody(bytes: number) {
  let end = () => {};
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.alloc(bytes));
      end = () => controller.close();
    },
  });
  return { request: post(stream), end };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test("a visitor's body has a low limit, one with a secret key a higher one", async () => {
  for (const role of ["anon", "authenticated", "postgres"]) {
    const bodies = create();
    expect(String(await bodies.hold(role).read(post("x".repeat(50))))).toBe("x".repeat(50));
    await expect(bodies.hold(role).read(post("x".repeat(51)))).rejects.toMatchObject({
      status: 413,
      message: "Cannot read the body: it has at least 51 bytes, limit 50 without a secret key.",
    });
  }
  const bodies = create();
  const trusted = (bytes: number) => bodies.hold("service_role").read(post("x".repeat(bytes)));
  expect(await trusted(100)).toHaveLength(100);
  await expect(trusted(101)).rejects.toMatchObject({ status: 413 });
});

test("a body that announces too many bytes is not read", async () => {
  const { request } = openBody(1);
  request.headers.set("content-length", "51");
  await expect(create().hold("anon").read(request)).rejects.toMatchObject({ status: 413 });
  expect(request.bodyUsed).toBe(false);
});

test("all visitors share a limit, and small bodies and secret keys pass", async () => {
  const bodies = create();
  const open = openBody(50);
  const arriving = bodies.hold("anon");
  const arrived = arriving.read(open.request);
  await turn();
  const crowd = bodies.hold("anon");
  await expect(crowd.read(post("x".repeat(31)))).rejects.toMatchObject({ status: 503 });
  crowd.release();
  expect(await bodies.hold("anon").read(post("x".repeat(10)))).toHaveLength(10);
  expect(await bodies.hold("service_role").read(post("x".repeat(90)))).toHaveLength(90);
  open.end();
  await arrived;
  // It takes up memory until it is answered.
  await expect(bodies.hold("anon").read(post("x".repeat(31)))).rejects.toMatchObject({
    status: 503,
  });
  arriving.release();
  arriving.release();
  expect(await bodies.hold("anon").read(post("x".repeat(50)))).toHaveLength(50);
  await expect(bodies.hold("anon").read(post("x".repeat(50)))).rejects.toMatchObject({
    status: 503,
  });
});
