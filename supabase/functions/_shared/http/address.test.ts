import { deepEqual, equal } from "node:assert/strict";
import { createNetworks, networkOf } from "./address.ts";
import type { Database } from "./db.ts";

Deno.test("networkOf takes the last entry of a list, IPv6 by /64, one spelling each", () => {
  for (const [header, network] of [
    ["203.0.113.9", "203.0.113.9"],
    ["made up, 203.0.113.9 , 192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:4711", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["[::FFFF:192.0.2.1]:4711", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["[2001:0DB8:1:2::6]:4711", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8::3:4:5:6:7", "2001:db8:0:3"],
    ["::1", "0:0:0:0"],
    ["unknown", null],
    ["1.2.3", null],
    ["192.0.2.1,", null],
    ["", null],
    [null, null],
  ] as const) {
    equal(networkOf(header), network, String(header));
  }
});

/** A database whose setting `address_header` can change or fail, and a clock. */
function stage() {
  const setting: { value: string | null } = { value: "x-real-ip" };
  let nowMs = 0;
  let asked = 0;
  const call = () => {
    asked++;
    return setting.value === null
      ? Promise.reject(new Error("down"))
      : Promise.resolve(setting.value);
  };
  const networks = createNetworks({ call } as unknown as Database, () => nowMs);
  const request = new Request("http://kulti.test/", {
    headers: {
      "x-forwarded-for": "192.0.2.1",
      "x-real-ip": "192.0.2.2",
      "fly-client-ip": "192.0.2.3",
    },
  });
  return {
    setting,
    of: () => networks.of(request),
    wait: async (ms: number) => {
      nowMs += ms;
      await networks.of(request);
      await new Promise((resolve) => setTimeout(resolve));
    },
    asked: () => asked,
  };
}

Deno.test("networks come from the header in the setting, which is read by one request", async () => {
  const { of, asked } = stage();
  deepEqual(await Promise.all([of(), of(), of()]), ["192.0.2.2", "192.0.2.2", "192.0.2.2"]);
  equal(asked(), 1);
});

Deno.test("networks follow a change of the setting within a minute, and keep it while the database fails", async () => {
  const { setting, of, wait, asked } = stage();
  await of();
  setting.value = "fly-client-ip";
  await wait(59_999);
  equal(await of(), "192.0.2.2");
  await wait(1);
  equal(await of(), "192.0.2.3");
  setting.value = null;
  await wait(60_000);
  equal(await of(), "192.0.2.3");
  const before = asked();
  await wait(999);
  equal(asked(), before);
  setting.value = "x-real-ip";
  await wait(1);
  equal(await of(), "192.0.2.2");
});

Deno.test("networks are those of the default header while the database has never answered", async () => {
  const { setting, of } = stage();
  setting.value = null;
  equal(await of(), "192.0.2.1");
});
