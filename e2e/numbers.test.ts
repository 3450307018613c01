/**
 * Every number and time of an event, as its schema names them, at its limits and in odd spellings: ingest accepts it or
 * says why not, and every reader can handle what ingest accepts.
 */
import { emptyStage, foldAll, limits } from "@kulti/protocol";
import { readFixtures } from "@kulti/protocol/fixtures.ts";
import schema from "@kulti/protocol/generated/kulti.schema.json" with { type: "json" };
import { exportAsciicast, exportMarkdown, exportNdjson } from "kulti/export";
import { expect, test } from "vitest";
import { register, thought } from "./agent.ts";
import { apiFrom } from "./from-address.ts";
import { send } from "./request.ts";
import { readTable } from "./table.ts";

const api = apiFrom("127.0.23.1");

type Path = (string | number)[];
type Schema = { [key: string]: unknown } & {
  type?: string;
  format?: string;
  $ref?: string;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
};
const definitions = schema.$defs as unknown as Record<string, Schema>;

/** As they are spelled in the request: JSON can't say NaN, and 1e400 is how it says infinity. */
const numbers = [
  ...["0", "-0", "1", "-1", "0.1", "1.0", "1e3", "1E+2", "1e-320", "1e308", "1e400"],
  ...["2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296"],
  ...["1000000000", "1000000000.5", "1000000000000", "1000000000001"],
  ...["9007199254740991", "9007199254740992", "9999999999999999", "-9007199254740991"],
];
const times = [
  ...["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.998Z", "1970-01-01T14:00:00+14:00"],
  ...["1969-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", "10000-01-01T00:00:00Z"],
].map((time) => JSON.stringify(time));

function* oddPaths(node: Schema, path: Path = []): Generator<[Path, string[]]> {
  if (node.$ref) yield* oddPaths(definitions[node.$ref.slice("#/$defs/".length)] as Schema, path);
  for (const choice of node.anyOf ?? []) yield* oddPaths(choice, path);
  if (node.type === "number" || node.type === "integer") yield [path, numbers];
  if (node.format === "date-time") yield [path, times];
  if (node.items) yield* oddPaths(node.items, [...path, 0]);
  for (const [key, property] of Object.entries(node.properties ?? {})) {
    yield* oddPaths(property, [...path, key]);
  }
}

const atPath = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inside, key) => (inside as Record<string, unknown>)?.[key], value);

const golden = readFixtures("valid").flatMap(
  ({ body }) => (body as { events?: { type: string }[] }).events ?? [],
);

/** A golden event that has the field, as JSON with a gap in the field's place. */
function eventWithGap(type: string, path: Path): string {
  const found = golden.find((event) => event.type === type && atPath(event, path) !== undefined);
  if (!found) throw new Error(`No valid fixture of ${type} has ${path.join(".")}.`);
  const { id: _, ...event } = structuredClone(found) as Record<string, unknown>;
  Object.assign(atPath(event, path.slice(0, -1)) as object, { [path.at(-1) as string]: "GAP" });
  return JSON.stringify(event);
}

const fields = Object.keys(definitions)
  .filter((name) => /^[A-Z][a-z]+Event$/.test(name) && name !== "StoredEvent")
  .flatMap((name) => {
    const type = name.replace("Event", "").toLowerCase();
    return [...oddPaths(definitions[name] as Schema)].map(
      ([path, values]) => [`${type} ${path.join(".")}`, type, path, values] as const,
    );
  });

test("the schema has numeric fields to test", () => {
  const named = fields.map(([name]) => name).filter((name) => !name.endsWith(" at"));
  expect(named).toEqual([
    "thought data.metadata.confidence",
    "code data.edits.0.start",
    "terminal data.exit_code",
    "error data.line",
    "usage data.input_tokens",
    "usage data.output_tokens",
    "usage data.cost_usd",
    "question data.expires_at",
  ]);
});

const why =
  /limit -?[\d,]+|at most 53 bits|is negative|is not finite|from 0 to 1|from 1970 to 9999/;

test.each(fields)(
  "%s is accepted at its bounds and rejected beyond them",
  async (_name, type, path, values) => {
    const agent = await register();
    const request = `{"agent_id":"${agent.agent_id}","events":[${eventWithGap(type, path)}]}`;
    await agent.post([thought("A number is coming.")]);
    const accepted: string[] = [];
    for (const value of values) {
      const body = request.replace('"GAP"', () => value);
      const { status, error } = await send("ingest", { key: agent.api_key, body });
      if (status === 200) {
        accepted.push(value);
        continue;
      }
      expect([value, status, error?.code]).toEqual([value, 422, "invalid_event"]);
      expect(error?.message).toMatch(why);
      const named = `events[0].${path.join(".").replace(/\.(\d+)(?=\.|$)/g, "[$1]")}`;
      expect(named.startsWith(error?.issues?.[0]?.path ?? "-")).toBe(true);
    }
    expect(accepted.length).toBeGreaterThan(0);
    expect(accepted.length).toBeLessThan(values.length);

    const [head] = await api.findSessions({ agent_id: agent.agent_id });
    if (!head) throw new Error("The session is in no list.");
    const { session_id: sessionId } = head;
    const events = await readTable(sessionId);
    expect(events).toHaveLength(1 + accepted.length);
    for (const [index, event] of events.slice(1).entries()) {
      const value = JSON.parse(accepted[index] as string);
      if (typeof value === "number") expect(atPath(event, path)).toBe(value + 0);
    }
    const stage = JSON.stringify(foldAll(emptyStage, events));
    expect(JSON.stringify(JSON.parse(stage))).toBe(stage);
    // Infinity and NaN become null in JSON; a stage never has null in place of a number.
    expect(Object.values(JSON.parse(stage).usage).slice(0, 3)).not.toContain(null);

    const hits = await api.searchEvents({
      query: "-nowhere",
      session_id: sessionId,
      max_rows: 100,
    });
    // Not counting the events that have no text at all.
    expect(hits.map(({ seq }) => seq)).toContain(1);
    for (const figures of [
      await api.sessionStats(sessionId),
      await api.agentStats(agent.agent_id),
    ]) {
      for (const figure of Object.values(figures.usage)) expect(figure).toBeGreaterThanOrEqual(0);
    }
    const session = { head, events };
    for (const text of [
      [...exportNdjson(session)].join(""),
      [...exportMarkdown(session)].join(""),
      [...exportAsciicast(session)].join(""),
    ]) {
      expect(text).not.toMatch(/\b(NaN|Infinity|Invalid Date)\b/);
    }
  },
);

test("metadata is measured as Postgres writes it: many large numbers exceed the limit", async () => {
  const agent = await register();
  const data = (count: number) => ({
    thought_type: "general",
    content: "",
    metadata: { n: Array(count).fill(1e300) },
  });
  const post = (count: number) =>
    send("ingest", {
      key: agent.api_key,
      body: { agent_id: agent.agent_id, events: [{ type: "thought", data: data(count) }] },
    });
  expect((await post(50)).status).toBe(200);
  expect(await post(60)).toMatchObject({
    status: 422,
    error: { issues: [{ path: "events[0].data.metadata", limit: limits.metadata_bytes }] },
  });
});
