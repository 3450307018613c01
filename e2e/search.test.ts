/** Search from outside: a viewer finds an agent's events at once, whatever either of them types. */
import fc from "fast-check";
import { KultiApiError, type SearchQuery } from "kulti/watch";
import { beforeAll, expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { apiFrom } from "./from-address.ts";

// Other files search at the same moment, and an address has few slots.
const api = apiFrom("127.0.21.1");
const secretWord = `quokka${crypto
  .randomUUID()
  .slice(0, 8)
  .replace(/[^a-z]/g, "x")}`;
let agentId: string;
let sessionId: string;

beforeAll(async () => {
  const agent = await register();
  agentId = agent.agent_id;
  ({ session_id: sessionId } = await agent.post([
    thought(`The ${secretWord} said <b>'; drop table "x"</b> on one line\nand went.`),
    {
      type: "code",
      data: { filename: "src/zoo/findQuokka.ts", action: "write", content: "const maxRows = 1;" },
    },
  ]));
});

test("search_events finds an event right after its POST, with the snippet as written", async () => {
  const [hit, ...more] = await api.searchEvents({ query: secretWord });
  expect(more).toEqual([]);
  expect(hit).toMatchObject({
    session_id: sessionId,
    seq: 1,
    agent_id: agentId,
    type: "thought",
    filename: null,
  });
  expect(hit).toMatchObject({ thought_type: "general", line: null, command: null });
  expect(hit?.snippet).toEqual([
    "The ",
    secretWord,
    ` said <b>'; drop table "x"</b> on one line\nand went.`,
  ]);
});

test("search_events applies filters and continues from a cursor", async () => {
  const query: SearchQuery = {
    query: "max_rows",
    agent_id: agentId,
    session_id: sessionId,
    filename: "findquokka.ts",
  };
  const [hit] = await api.searchEvents(query);
  expect(hit).toMatchObject({ seq: 2, filename: "src/zoo/findQuokka.ts", line: 1 });
  expect(hit?.snippet).toEqual(["const ", "maxRows", " = 1;"]);
  const next = await api.searchEvents({ ...query, cursor: hit?.cursor as string });
  expect(next).toEqual([]);
});

test("search_events rejects an empty, a blank and a long query, and an invalid cursor", async () => {
  const refused: SearchQuery[] = [
    { query: "" },
    { query: " \t" },
    { query: "x".repeat(10_000) },
    { query: "a", cursor: "0" },
  ];
  for (const query of refused) {
    const error = await api.searchEvents(query).catch((cause) => cause);
    expect(error).toBeInstanceOf(KultiApiError);
    expect(error).toMatchObject({ status: 422, code: "invalid_request" });
  }
});

test("search_events answers any text", async () => {
  const sign = fc.constantFrom(
    ..."\"'*-\\&|!()<>:;%_$?[]{}^.,/~`@#=+ \t\n",
    "word",
    "検索",
    "é",
    "🚀",
  );
  const typed = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.array(sign, { minLength: 1, maxLength: 100 }).map((signs) => signs.join("")),
  );
  await fc.assert(
    fc.asyncProperty(typed, async (query) => {
      const answer = await api.searchEvents({ query }).catch((cause) => cause);
      if (Array.isArray(answer)) return;
      // Text that Postgres cannot store (NUL), or blank text.
      expect(answer).toBeInstanceOf(KultiApiError);
      expect([400, 422]).toContain(answer.status);
    }),
    { numRuns: 300 },
  );
}, 60_000);
