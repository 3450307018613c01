/** Search under load: so many at once and no more, and what is hidden is nowhere in it. */
import { KultiApiError } from "kulti/watch";
import { Client } from "pg";
import { expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { api } from "./table.ts";
import { target } from "./target.ts";

test.runIf(target.db_url)(
  "while all slots are taken a search is refused, and found again after",
  async () => {
    const agent = await register();
    const { session_id } = await agent.post([thought("The gerenuk waits.")]);
    const search = () =>
      api.search_events({ query: "gerenuk", session_id }).catch((error) => error);
    expect(await search()).toHaveLength(1);
    const database = new Client(target.db_url);
    await database.connect();
    try {
      await database.query("begin");
      const { rows } = await database.query(
        `select pg_advisory_xact_lock(hashtext('kulti slot search'), slot::integer)
       from generate_series(1, private.setting_of('search_slots')) slot`,
      );
      expect(rows.length).toBeGreaterThan(0);
      const refused = await search();
      expect(refused).toBeInstanceOf(KultiApiError);
      expect(refused).toMatchObject({ status: 503, code: "unavailable" });
      // Others go on.
      await agent.post([thought("It goes on.")], { session_id });
      expect(await api.session_head(session_id)).toMatchObject({ to_seq: 2 });
      await database.query("commit");
      expect(await search()).toHaveLength(1);
    } finally {
      await database.end();
    }
  },
);
