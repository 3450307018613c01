import { accessSync, constants, mkdirSync, readdirSync } from "node:fs";
import { dirname } from "node:path";
import { redact } from "@kulti/protocol/redact/redact.ts";
import { routes } from "@kulti/protocol/routes.ts";
import { askHealth } from "../../agent/health.ts";
import { platformFetch } from "../../agent/options.ts";
import { findSpoolFolder } from "../../agent/spool/folder.ts";
import { findHost } from "../../agent/spool/host.ts";
import { withTimeout } from "../../agent/transport.ts";
import { createAgent } from "../../index.ts";
import { askAgent } from "../ask-agent.ts";
import { type Command, serverOptions } from "../command.ts";
import { type Credentials, findAgent, findPlace, type Place } from "../credentials.ts";
import { readSiteConfig } from "../fetch-session.ts";

const timeoutMs = 10_000;
/** More than this is seen in the order of events. */
const maxClockMs = 120_000;

/** What is well, or, thrown, what is not and what to do. */
type Check = () => Promise<string> | string;

export const doctor: Command = {
  name: "doctor",
  usage: "[--send]",
  summary:
    "Check server, clock, key, live channel, spool and redaction, each with what to do. --send also sends an event and waits for it as a viewer.",
  options: {
    send: { type: "boolean", help: "begin a session for a real round trip, and end it" },
    ...serverOptions,
  },
  async run(run) {
    const { out, flags } = run;
    let failures = 0;
    const check = async (name: string, work: Check): Promise<boolean> => {
      try {
        const detail = await work();
        out.json({ check: name, ok: true, detail });
        out.print(`ok    ${name.padEnd(10)} ${detail}`);
        return true;
      } catch (error) {
        const { message: detail } = error as Error;
        failures++;
        out.json({ check: name, ok: false, detail });
        out.print(`FAIL  ${name.padEnd(10)} ${detail}`);
        return false;
      }
    };
    let place: Place | null = null;
    const isUp = await check("server", async () => {
      place = findPlace(flags, run);
      return checkServer(place.server);
    });
    const found = place as Place | null;
    if (isUp && found) {
      await check("clock", () => checkClock(found.server));
      const { agent_id: agentId, api_key: apiKey } = findAgent(flags, run, found);
      const hasKey = await check("key", () => checkKey(found.server, agentId, apiKey));
      await check("live", () => checkLive(found));
      if (flags.send === true && hasKey && agentId && apiKey) {
        const credentials = { ...found, agent_id: agentId, api_key: apiKey, key_source: "" };
        await check("round trip", () => checkRoundTrip(credentials));
      }
    }
    await check("spool", checkSpool);
    await check("redaction", checkRedaction);
    return failures === 0 ? 0 : 1;
  },
};

async function checkServer(server: string): Promise<string> {
  const began = performance.now();
  const { signal } = new AbortController();
  const answer = await askHealth(server, withTimeout(platformFetch, timeoutMs), signal);
  if (answer.kind === "done") {
    return `${server} answers in ${Math.round(performance.now() - began)} ms`;
  }
  const why = answer.kind === "failed" ? answer.why : answer.message;
  throw new Error(`${server}: ${why}. Is Kulti running there? Locally, run npm start.`);
}

async function checkClock(server: string): Promise<string> {
  const before = Date.now();
  const response = await withTimeout(platformFetch, timeoutMs)(server + routes.ingest_health, {
    method: "GET",
  });
  const theirs = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(theirs)) return "the server does not tell its time";
  const offMs = Math.round((before + Date.now()) / 2 - theirs);
  if (Math.abs(offMs) <= maxClockMs) return `within ${Math.ceil(Math.abs(offMs) / 1000)} s`;
  throw new Error(
    `this machine is ${Math.round(Math.abs(offMs) / 1000)} s ${offMs > 0 ? "ahead" : "behind"}: events would show wrong times. Set its clock.`,
  );
}

async function checkKey(
  server: string,
  agentId: string | undefined,
  apiKey: string | undefined,
): Promise<string> {
  if (!agentId || !apiKey) {
    throw new Error("no key: create an agent with kulti register, or save a key with kulti login");
  }
  const answer = await askAgent(server, apiKey);
  if (answer.kind === "failed") throw new Error(answer.why);
  if (answer.kind === "refused") {
    throw new Error(`${answer.message} Create a new key with kulti register.`);
  }
  const { agent_id: owner, visibility } = answer.body;
  if (owner === agentId) return `${agentId}, ${visibility}`;
  throw new Error(`the key belongs to ${owner}, not to ${agentId}: give --agent ${owner}`);
}

async function findApi(place: Place) {
  const known = place.publishable_key
    ? { server: place.server, publishable_key: place.publishable_key }
    : place.site_url
      ? await readSiteConfig(place.site_url)
      : null;
  if (!known) throw new Error("no publishable key: set KULTI_PUBLISHABLE_KEY or KULTI_SITE_URL");
  const { createKultiApi } = await import("../../watch/index.ts");
  return createKultiApi({ apiUrl: known.server, publishableKey: known.publishable_key });
}

/** Joins the lobby as a viewer. */
async function checkLive(place: Place): Promise<string> {
  const api = await findApi(place);
  const { watchLobby } = await import("../../watch/index.ts");
  const began = performance.now();
  let stop = (): void => {};
  try {
    await within(
      new Promise<void>((resolve) => {
        const handlers = {
          head() {},
          changed() {},
          refresh() {},
          connection: (state: string) => state === "live" && resolve(),
        };
        ({ stop } = watchLobby({ api, handlers }));
      }),
      "the channel of the lobby could not be joined: is Realtime running?",
    );
  } finally {
    stop();
    await api.realtime.disconnect();
  }
  return `a viewer joined in ${Math.round(performance.now() - began)} ms`;
}

/** Sends an event, and waits for it as a viewer. */
async function checkRoundTrip(credentials: Credentials): Promise<string> {
  const { server, agent_id: agentId, api_key: apiKey } = credentials;
  const problems: string[] = [];
  const agent = createAgent({
    server,
    agentId,
    apiKey,
    session: "new",
    enabled: true,
    spool: false,
    onProblem: ({ message }) => problems.push(message),
  });
  const api = await findApi(credentials);
  const { watchSession } = await import("../../watch/index.ts");
  agent.task("kulti doctor: a round trip");
  const { drained } = await agent.drain({ timeoutMs });
  if (!drained || agent.sessionId === null) throw new Error(problems.join(" ") || "not accepted");
  let watch: { stop(): void } | undefined;
  try {
    let sentAt = 0;
    const arrived = new Promise<number>((resolve) => {
      watch = watchSession({
        api,
        sessionId: agent.sessionId as string,
        viewerId: crypto.randomUUID(),
        handlers: {
          events(batch) {
            const isIt = batch.some(({ data }) => "content" in data && data.content === "Ping.");
            if (isIt) resolve(performance.now() - sentAt);
          },
          connection(state) {
            if (state !== "live" || sentAt > 0) return;
            sentAt = performance.now();
            agent.think("Ping.");
          },
          messages() {},
          head() {},
          problem() {},
        },
      });
    });
    const ms = await within(arrived, "the event did not reach a viewer: is the agent private?");
    return `an event reached a viewer in ${Math.round(ms)} ms`;
  } finally {
    watch?.stop();
    await api.realtime.disconnect();
    agent.status("done");
    await agent.close({ timeoutMs });
  }
}

function checkSpool(): string {
  const host = findHost();
  const spoolFolder = host && findSpoolFolder(host);
  if (spoolFolder === null) return "switched off: unsent events end with their process";
  try {
    mkdirSync(spoolFolder, { recursive: true, mode: 0o700 });
    accessSync(spoolFolder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `cannot write to ${spoolFolder} (${code}): make ${dirname(spoolFolder)} writable, or set KULTI_SPOOL_DIR`,
    );
  }
  const waiting = readdirSync(spoolFolder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ndjson"),
  );
  const files = `${waiting.length} file${waiting.length === 1 ? "" : "s"} of unsent events`;
  return `${spoolFolder}: ${files}${waiting.length > 0 ? "; kulti flush sends them" : ""}`;
}

function checkRedaction(): string {
  const sample = `ghp_${"a1B2".repeat(9)}`;
  if (redact(`token ${sample}`).includes(sample)) throw new Error("a known token was not found");
  return "a known token was found";
}

async function within<Result>(work: Promise<Result>, otherwise: string): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
