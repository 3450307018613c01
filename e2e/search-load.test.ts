/** Search under load: so many at once and no more, and what is hidden is nowhere in it. */
import { KultiApiError } from "kulti/watch";
import { Client } from "pg";
import { expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { canChooseAddress } from "./from-address.ts";
import { api } from "./table.ts";
import { target } from "./target.ts";

test.runIf(target.db_url)(
  "while all slots are taken a search is refused, and found again after",
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
    const addressOf = async (address: string): Promise<string> => {
      const headers = JSON.stringify({ "x-forwarded-for": address });
      const { rows } = await database.query("select private.address_of($1) as hash", [headers]);
      return rows[0].hash;
    };
    const busy = { status: 503, code: "unavailable" };
    try {
      await database.query("begin");
      await take("search", "");
      const refused = await search();
      expect(refused).toBeInstanceOf(KultiApiError);
      expect(refused).toMatchObject(busy);
      // Others go on.
      await agent.post([thought("It goes on.")], { session_id: sessionId });
      expect(await api.sessionHead(sessionId)).toMatchObject({ to_seq: 2 });
      await database.query("commit");
      expect(await search()).toHaveLength(1);

      // One address can take its own slots and no more.
      await database.query("begin");
      await take("search_address", await addressOf("203.0.113.5"));
      expect(await search()).toHaveLength(1);
      if (canChooseAddress) {
        await take("search_address", await addressOf("127.0.0.1"));
        expect(await search()).toMatchObject(busy);
      }
      await database.query("commit");
      expect(await search()).toHaveLength(1);
    } finally {
      await database.end();
    }
  },
);
