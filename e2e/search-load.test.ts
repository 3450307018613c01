/** Search under load: it runs only so many searches at once, and never reveals hidden sessions. */
import { KultiApiError } from "kulti/watch";
import { Client } from "pg";
import { expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { apiFrom, canChooseAddress, fetchFrom } from "./from-address.ts";
import { target } from "./target.ts";

const ownAddress = "127.0.22.1";
const api = apiFrom(ownAddress);

test.runIf(target.db_url)(
  "search is refused while all slots are taken, and works again afterwards",
  async () => {
    const agent = await register();
    const { session_id: sessionId } = await agent.post([thought("The gerenuk waits.")]);
    const search = () =>
      api.searchEvents({ query: "gerenuk", session_id: sessionId }).catch((error) => error);
    expect(await search()).toHaveLength(1);
    const database = new Client(target.db_url);
    await database.connect();
    const take = (kind: string, whose: string) =>
      database.query(
        `select pg_advisory_xact_lock(hashtext('kulti slot ' || $1 || ' ' || $2), slot::integer)
        from generate_series(1, private.setting_of($1 || '_slots')) slot`,
        [kind, whose],
      );
    const hashOf = async (kind: "address" | "wide_network", address: string): Promise<string> => {
      const headers = JSON.stringify({ "x-forwarded-for": address });
      const { rows } = await database.query(`select private.${kind}_of($1)::text as hash`, [
        headers,
      ]);
      return rows[0].hash;
    };
    try {
      await database.query("begin");
      await take("search", "");
      // Asked once, so that searches of other files find a slot when they try again.
      const refused = await fetchFrom(ownAddress)(`${target.api_url}/rest/v1/rpc/search_events`, {
        method: "POST",
        headers: { "content-type": "application/json", apikey: target.publishable_key },
        body: JSON.stringify({ query: "gerenuk" }),
      });
      // Searches from other addresses continue.
      await agent.post([thought("It goes on.")], { session_id: sessionId });
      expect(await api.sessionHead(sessionId)).toMatchObject({ to_seq: 2 });
      await database.query("commit");
      expect([refused.status, (await refused.json()).details]).toEqual([503, "unavailable"]);
      expect(await search()).toHaveLength(1);

      // One address can take its own slots and no more, and so can one network.
      for (const [kind, of, inside] of [
        ["search_address", "address", ownAddress],
        ["search_network", "wide_network", "127.0.22.99"],
      ] as const) {
        await database.query("begin");
        await take(kind, await hashOf(of, "203.0.113.5"));
        expect(await search()).toHaveLength(1);
        if (canChooseAddress) {
          await take(kind, await hashOf(of, inside));
          const refusedAgain = await search();
          expect(refusedAgain).toBeInstanceOf(KultiApiError);
          expect(refusedAgain).toMatchObject({ status: 503, code: "unavailable" });
          expect(refusedAgain.message).toContain(kind);
        }
        await database.query("commit");
        expect(await search()).toHaveLength(1);
      }
    } finally {
      await database.end();
    }
  },
);
