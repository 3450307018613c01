import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { eventTypes } from "@kulti/protocol/event.ts";
import { limits } from "@kulti/protocol/limits.ts";
import { parseIngest } from "@kulti/protocol/schema.ts";
import { describe, expect, test } from "vitest";
import { kulti, sourceBin } from "../../test/command.ts";
import { commandHome } from "../../test/command-home.ts";

const at = commandHome();

const forgetEnvironment = (): void => {
  at.home.env = { PATH: at.home.env.PATH ?? "", HOME: at.home.folder };
};

describe("verbs", () => {
  test.each([
    [["think", "hello", "there"], { thought_type: "general", content: "hello there" }],
    [["t", "hello"], { thought_type: "general", content: "hello" }],
    [["r", "hello"], { thought_type: "reasoning", content: "hello" }],
    [
      ["d", "x", "-p", "headline"],
      { thought_type: "decision", content: "x", priority: "headline" },
    ],
    [["o", "x"], { thought_type: "observation", content: "x" }],
    [["e", "x"], { thought_type: "evaluation", content: "x" }],
    [["p", "x"], { thought_type: "prompt", content: "x" }],
    [["c", "a.ts", "let a"], { filename: "a.ts", action: "write", content: "let a" }],
    [["code", "a.ts", "--action", "delete"], { filename: "a.ts", action: "delete" }],
    [["s", "working"], { status: "working" }],
    [["task", "A task", "of size"], { title: "A task", description: "of size" }],
    [
      ["terminal", "3 passed", "--exit", "0"],
      { stream: "stdout", text: "3 passed\n", exit_code: 0 },
    ],
    [["command", "npm", "test"], { stream: "input", command: "npm test", text: "" }],
    [
      ["error", "It broke", "--file", "a.ts", "--line", "3"],
      { message: "It broke", file: "a.ts", line: 3 },
    ],
    [["goal", "A goal"], { title: "A goal" }],
    [["milestone", "Half", "way", "--open"], { label: "Half way", completed: false }],
    [["preview", "https://example.com/"], { url: "https://example.com/" }],
    [
      ["usage", "--model", "m", "--input", "7", "--cost", "0.1"],
      { model: "m", input_tokens: 7, cost_usd: 0.1 },
    ],
    [["end"], { status: "done" }],
    [["q", "Name?", "--id", "n"], { question_id: "n", kind: "text", text: "Name?" }],
    [
      ["question", "Delete it?", "--approval", "--detail", "rm a", "--id", "d"],
      { question_id: "d", kind: "approval", text: "Delete it?", detail: "rm a" },
    ],
    [
      ["question", "Which?", "Rebase", "Merge", "--id", "w"],
      {
        question_id: "w",
        kind: "choice",
        text: "Which?",
        options: [
          { id: "1", label: "Rebase" },
          { id: "2", label: "Merge" },
        ],
      },
    ],
  ])("kulti %j", async (args, data) => {
    const { code, stderr } = await at.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(at.server.events.map((event) => event.data)).toEqual([data]);
    expect(at.server.requests[0]?.headers.authorization).toBe("Bearer klt_ada");
  });

  test("text and files come from stdin and the disk too", async () => {
    writeFileSync(join(at.home.folder, "a.py"), "print(1)\n");
    await at.run(["think"], { input: "from a pipe\n" });
    await at.run(["code", "a.py"]);
    await at.run(["code", "b.py", "-"], { input: "piped" });
    expect(at.server.events.map(({ data }) => ("content" in data ? data.content : ""))).toEqual([
      "from a pipe",
      "print(1)\n",
      "piped",
    ]);
  });

  test("--json prints the session", async () => {
    const { stdout } = await at.run(["think", "x", "--json"]);
    expect(JSON.parse(stdout)).toHaveProperty("session_id");
  });

  test("a refusal fails, and says why", async () => {
    const error = { code: "unknown_key", message: "The key is not known." };
    at.server.judge = () => ({ kind: "status", status: 401, body: { error } });
    const { code, stderr } = await at.run(["think", "x"]);
    expect(code).toBe(1);
    expect(stderr).toContain("The key is not known. Check the key, or create one");
    expect(stderr).toContain("`kulti register ada`. The refused key is from KULTI_API_KEY.");
    const given = await at.run(["think", "x", "--key", "klt_x"]);
    expect(given.stderr).toContain("The refused key is from --key.");
  });

  test("a refused key of the config file is not blamed on the environment", async () => {
    forgetEnvironment();
    await at.run(["register", "owl", "--server", at.server.url]);
    const error = { code: "unknown_key", message: "The key is not known." };
    at.server.judge = () => ({ kind: "status", status: 401, body: { error } });
    const { stderr } = await at.run(["think", "x", "--server", at.server.url]);
    expect(stderr).toContain(`from ${join(at.home.folder, ".config/kulti/config.json")}.`);
    expect(stderr).toContain("create one with `kulti register owl`");
    expect(stderr).not.toContain("KULTI_API_KEY");
  });

  test("question prints its id alone, and answer ends it", async () => {
    const asked = await at.run(["question", "Which?", "Rebase", "Merge"]);
    const [question] = at.server.events.map(({ data }) => data);
    expect(question).toHaveProperty("question_id");
    const id = asked.stdout.trim();
    expect([asked.stdout, question]).toEqual([
      `${id}\n`,
      expect.objectContaining({ question_id: id }),
    ]);
    const answered = await at.run(["answer", id, "--option", "1", "--text", "Now"]);
    expect({ ...answered }).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(at.server.events.at(-1)).toMatchObject({
      type: "answer",
      data: { question_id: id, by: "local", option: "1", text: "Now" },
    });
    const { stdout } = await at.run(["question", "Which?", "--id", "q", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ question_id: "q" });
  });

  test("an unnamed agent is told on stderr, unless --quiet; demo and replay do not change it", async () => {
    forgetEnvironment();
    const place = ["--server", at.server.url];
    await at.run(["register", "owl", ...place]);
    await at.run(["demo", "--speed", "max", ...place]);
    const line = { type: "task", at: "2026-01-01T00:00:00Z", data: { title: "T" } };
    writeFileSync(join(at.home.folder, "a.ndjson"), JSON.stringify(line));
    expect((await at.run(["replay", "a.ndjson", ...place])).code).toBe(0);
    const told = await at.run(["think", "x", ...place]);
    expect(at.server.batches.at(-1)?.agent_id).toBe("owl");
    expect(told.stderr).toMatch(/^Sent to owl, session \S+\.\n$/);
    expect((await at.run(["think", "x", "--quiet", ...place])).stderr).toBe("");
    expect((await at.run(["think", "x", "--agent", "demo", ...place])).stderr).toBe("");
    expect(at.server.batches.at(-1)?.agent_id).toBe("demo");
  });

  test.each([
    ["nosuch.py", "Cannot send nosuch.py: the file does not exist."],
    [".", "Cannot send .: it is a folder; name the files in it."],
    ["a.py/b", "Cannot send a.py/b: a part of its path is not a folder."],
  ])("kulti code %s says in words why it fails", async (name, why) => {
    writeFileSync(join(at.home.folder, "a.py"), "");
    const { code, stderr } = await at.run(["code", name]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `kulti: ${why}\n` });
  });
});

test.each([
  [["dance"], "Unknown command dance"],
  [["think", "--loud", "x"], "--loud"],
  [["status", "dancing"], "the status is dancing"],
  [["replay", "x", "--speed", "fast"], "--speed is fast"],
  [["stream", "--session", "mine"], "--session is mine"],
  [["register"], "give one agent id"],
  [["answer", "--text", "x"], "give one question id"],
  [["answer", "q"], "give --option or --text"],
  [["think", "x", "--key", "", "--agent", "unknown-agent"], "no key for"],
])("wrong usage: kulti %j ends with 2", async (args, message) => {
  if (args.includes("--agent")) forgetEnvironment();
  const { code, stderr } = await at.run([
    ...args,
    ...(args.includes("--agent") ? ["--server", at.server.url] : []),
  ]);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test("a checkout runs it without a build", async () => {
  const { code, stderr } = await kulti({ ...at.home, bin: sourceBin }, ["think", "from source"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(at.server.events.length).toBe(1);
});

test("help lists the commands", async () => {
  const all = await at.run(["--help"]);
  expect(all.code).toBe(0);
  for (const name of ["register", "demo", "stream", "replay", "think", "status", "answer"]) {
    expect(all.stdout).toContain(`  ${name}`);
  }
  const rows = all.stdout.split("\n").filter((line) => line.startsWith("  "));
  const columns = rows.map((line) => /^ {2}\S+(?:, \S+)* {2,}/.exec(line)?.[0].length);
  expect([rows.length > 10, new Set(columns).size]).toEqual([true, 1]);
  const one = await at.run(["replay", "--help"]);
  expect(one.stdout).toContain("--idle <idle>");
  expect((await at.run([])).code).toBe(2);
});

describe("credentials", () => {
  test("register shows the key once and keeps it for its owner alone", async () => {
    forgetEnvironment();
    const { code, stdout } = await at.run([
      "register",
      "owl",
      "--name",
      "Owl",
      "--server",
      at.server.url,
    ]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `KULTI_SERVER=${at.server.url}\nKULTI_AGENT_ID=owl\nKULTI_API_KEY=klt_owl\n`,
    );
    const path = join(at.home.folder, ".config/kulti/config.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8")).servers[at.server.url].agents.owl.api_key).toBe(
      "klt_owl",
    );

    await at.run(["think", "x", "--server", at.server.url]);
    expect(at.server.requests.at(-1)?.headers.authorization).toBe("Bearer klt_owl");
    expect(at.server.batches[0]?.agent_id).toBe("owl");
    const again = await at.run(["register", "owl", "--server", at.server.url]);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("The agent owl exists.");
  });

  test("register shows the key also where it cannot be saved", async () => {
    forgetEnvironment();
    writeFileSync(join(at.home.folder, ".config"), "a file");
    const { code, stdout, stderr } = await at.run(["register", "owl", "--server", at.server.url]);
    expect(stdout).toContain("KULTI_API_KEY=klt_owl\n");
    const path = join(at.home.folder, ".config/kulti/config.json");
    expect(stderr).toContain(
      `Cannot save the key of owl in ${path}: a part of its path is not a folder.`,
    );
    expect(code).toBe(1);
  });

  const writeLocal = (apiUrl: string) => {
    mkdirSync(join(at.home.folder, ".kulti"), { recursive: true });
    writeFileSync(join(at.home.folder, ".kulti/local.json"), JSON.stringify({ api_url: apiUrl }));
  };

  test("a key of the environment is not sent to a server that only a folder names, with one warning", async () => {
    delete at.home.env.KULTI_SERVER;
    at.home.env.KULTI_SECRET_KEY = "sb_secret_mine";
    writeLocal(at.server.url);
    const refused = await at.run(["think", "x"]);
    expect(refused.code).toBe(2);
    const warning = `KULTI_API_KEY is not sent to ${at.server.url}, which only a .kulti/local.json names`;
    expect(refused.stderr.split(warning).length).toBe(2);
    expect(at.server.requests).toEqual([]);
    // The server is one that can be asked: what it made is sent to it.
    const made = await at.run(["register", "ada"]);
    expect(made.stderr).toContain("KULTI_SECRET_KEY is not sent");
    at.home.env.KULTI_API_KEY = "klt_of_elsewhere";
    expect((await at.run(["think", "x"])).code).toBe(0);
    expect((await at.run(["demo", "--speed", "max"])).code).toBe(0);
    const keys = new Set(at.server.requests.map(({ headers }) => headers.authorization));
    expect([...keys]).toEqual([undefined, "Bearer klt_ada"]);
    // Named by the user it gets the user's key.
    at.home.env.KULTI_SERVER = at.server.url;
    expect((await at.run(["think", "x"])).code).toBe(0);
    expect(at.server.requests.at(-1)?.headers.authorization).toBe("Bearer klt_of_elsewhere");
  });

  test.each([
    "https://kulti.example",
    "http://127.0.0.1.kulti.example",
    "http://localhost@kulti.example",
  ])("a folder that names %s is ignored", async (address) => {
    delete at.home.env.KULTI_SERVER;
    writeLocal(address);
    const { code, stderr } = await at.run(["think", "x"]);
    expect(code).toBe(2);
    expect(stderr).toContain("which is not on this machine");
  });

  test("a proxy's 401 does not discard a remembered key", async () => {
    forgetEnvironment();
    await at.run(["register", "demo", "--server", at.server.url]);
    const proxy = createServer((_request, response) => {
      response.writeHead(401, { "content-type": "text/html" });
      response.end("<html>Log in</html>");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const path = join(at.home.folder, ".config/kulti/config.json");
    const config = readFileSync(path, "utf8").replaceAll(at.server.url, url);
    writeFileSync(path, config);
    try {
      const { code, stderr } = await at.run(["demo", "--speed", "max", "--server", url]);
      expect(code).toBe(1);
      expect(stderr).toContain("it answered 401, which is not a reply from Kulti");
      expect(readFileSync(path, "utf8")).toBe(config);
    } finally {
      proxy.close();
    }
  });

  test("a stack that runs in a parent folder is found, with its site", async () => {
    forgetEnvironment();
    mkdirSync(join(at.home.folder, ".kulti"));
    const local = { api_url: at.server.url, site_url: "http://127.0.0.1:4321" };
    writeFileSync(join(at.home.folder, ".kulti/local.json"), JSON.stringify(local));
    const folder = join(at.home.folder, "deep/down");
    mkdirSync(folder, { recursive: true });
    const { stderr, code } = await kulti({ ...at.home, folder }, ["demo", "--speed", "max"]);
    expect(stderr).toContain("Watch: http://127.0.0.1:4321/watch/demo");
    expect(code).toBe(0);
  });

  test("KULTI_DIR names a stack from anywhere", async () => {
    forgetEnvironment();
    const kultiDir = join(at.home.folder, "second");
    mkdirSync(kultiDir);
    writeFileSync(join(kultiDir, "local.json"), JSON.stringify({ api_url: at.server.url }));
    at.home.env.KULTI_DIR = kultiDir;
    expect((await at.run(["demo", "--speed", "max"])).code).toBe(0);
    at.home.env.KULTI_DIR = join(at.home.folder, "nowhere");
    expect((await at.run(["demo"])).stderr).toContain("no server: start one");
  });

  test("flags override the environment", async () => {
    await at.run(["think", "x", "--agent", "eve", "--key", "klt_eve"]);
    expect(at.server.requests[0]?.headers.authorization).toBe("Bearer klt_eve");
    expect(at.server.batches[0]?.agent_id).toBe("eve");
  });
});

describe("stream", () => {
  test("events from stdin, in order, in a session of their own that ends", async () => {
    const lines = Array.from({ length: 1_200 }, (_, index) => ({
      type: "thought",
      data: { thought_type: "general", content: `${index}` },
    }));
    const input = lines.map((line) => JSON.stringify(line)).join("\n");
    const { code } = await at.run(["stream"], { input });
    expect(code).toBe(0);
    expect(at.server.events.slice(0, -1).map(({ data }) => data)).toEqual(
      lines.map(({ data }) => data),
    );
    expect(at.server.events.at(-1)?.data).toEqual({ status: "done" });
    expect(at.server.batches[0]).toHaveProperty("start_session");
  });

  test("bad lines are reported by number and fail the command, and the others are sent", async () => {
    const input = [
      '{"type":"task","data":{"title":"T"}}',
      "no json",
      "",
      '{"type":"status","data":{"status":"dancing"}}',
      `{"type":"terminal","data":{"stream":"stdout","text":"${"x".repeat(limits.terminal_text_bytes + 1)}"}}`,
    ].join("\n");
    const { code, stderr } = await at.run(["stream", "--session", "continue"], { input });
    expect(code).toBe(1);
    expect(stderr).toContain("line 2: is not a JSON object");
    expect(stderr).toContain('line 4: data.status is "dancing"');
    expect(at.server.events.map(({ type }) => type)).toEqual(["task", "terminal", "terminal"]);
  });

  test("an exported session is accepted: its header and chat are not bad lines", async () => {
    const input = [
      '{"format":"kulti-session","version":1,"session":{"agent_id":"ada"}}',
      '{"seq":1,"id":"a","type":"status","at":"2026-11-22T10:00:00Z","data":{"status":"done"}}',
      '{"message":{"seq":1,"id":"b","sender":"viewer","name":"Ada","text":"Why?"}}',
    ].join("\n");
    const { code } = await at.run(["stream"], { input });
    expect(code).toBe(0);
    expect(at.server.events.map(({ id, type }) => [id, type])).toEqual([["a", "status"]]);
  });

  test("--text takes lines as thoughts", async () => {
    const input = 'compiling\n{"type":"task","data":{"title":"T"}}\n{"no":"event"}\n';
    await at.run(["stream", "--text", "--type", "observation"], { input });
    expect(at.server.events.map(({ data }) => ("content" in data ? data.content : data))).toEqual([
      "compiling",
      { title: "T" },
      '{"no":"event"}',
      { status: "done" },
    ]);
  });
});

describe("demo", () => {
  test("shows every type of event, validly, and ends", async () => {
    const { code } = await at.run(["demo", "--speed", "max"]);
    expect(code).toBe(0);
    const types = new Set(at.server.events.map(({ type }) => type));
    expect([...types].sort()).toEqual([...eventTypes].sort());
    parseIngest({ agent_id: "demo", events: at.server.events.slice(0, limits.batch_events) });
    const actions = at.server.events.flatMap(({ type, data }) =>
      type === "code" ? data.action : [],
    );
    expect(new Set(actions)).toEqual(new Set(["write", "edit", "rename", "delete"]));
    expect(at.server.events.at(-1)?.data).toEqual({ status: "done" });
  });

  test("registers itself, under another id if its own is taken", async () => {
    forgetEnvironment();
    at.server.registered.add("demo");
    const { code } = await at.run(["demo", "--speed", "max", "--server", at.server.url]);
    expect(code).toBe(0);
    expect(at.server.batches[0]?.agent_id).toMatch(/^demo-[0-9a-f]{4}$/);
  });

  test("registers again when the server has forgotten its key", async () => {
    forgetEnvironment();
    const args = ["demo", "--speed", "max", "--server", at.server.url];
    await at.run(args);
    await at.run(args);
    expect(new Set(at.server.batches.map(({ agent_id: agentId }) => agentId))).toEqual(
      new Set(["demo"]),
    );
    at.server.registered.clear();
    at.server.forgottenKeys.add("klt_demo");
    const { stderr } = await at.run(args);
    expect(stderr).toContain("Registered the agent demo");
  });

  test("answers the chat", async () => {
    at.server.answerWith = (batch) => [
      {
        seq: 1,
        id: "m",
        session_id: batch.start_session ?? "",
        sender: "viewer" as const,
        name: "Ada",
        text: "hello",
        at: "2026-01-01T00:00:00Z",
      },
    ];
    await at.run(["demo", "--speed", "40"]);
    expect(at.server.said[0]?.text).toContain("Ahoy");
  });
});

describe("replay", () => {
  const writeRun = (gapMs: number): string => {
    const start = Date.UTC(2020, 0, 1);
    const lines = [0, 1, 2].map((index) => ({
      type: "thought",
      at: new Date(start + index * gapMs).toISOString(),
      data: { thought_type: "general", content: `${index}` },
    }));
    const path = join(at.home.folder, "My run.ndjson");
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
    return path;
  };
  const gaps = (): number[] => {
    const times = at.server.events.map(({ at }) => Date.parse(at));
    return times.slice(1).map((time, index) => time - (times[index] as number));
  };

  test("plays in scaled time, with idle time shortened", async () => {
    const { code } = await at.run(["replay", writeRun(60_000), "--speed", "2", "--idle", "3"]);
    expect(code).toBe(0);
    expect(gaps().length).toBe(2);
    for (const gap of gaps()) {
      expect(gap).toBeGreaterThanOrEqual(1_450);
      expect(gap).toBeLessThan(3_000);
    }
  });

  test("plays at once, keeping the run's own times up to now", async () => {
    await at.run(["replay", writeRun(2_000), "--speed", "max"]);
    expect(gaps()).toEqual([2_000, 2_000]);
    expect(Math.abs(Date.parse(at.server.events.at(-1)?.at ?? "") - Date.now())).toBeLessThan(
      10_000,
    );
  });

  test("names the agent after the file if none is given", async () => {
    forgetEnvironment();
    await at.run(["replay", writeRun(1), "--server", at.server.url]);
    expect(at.server.batches[0]?.agent_id).toBe("my-run");
    expect(at.server.events.length).toBe(3);
  });

  test("Ctrl-C ends in order: played events have arrived and the session is offline", async () => {
    const { code } = await at.run(["replay", writeRun(60_000), "--idle", "60"], {
      during: (kill) => {
        at.server.judge = () => {
          setTimeout(() => kill("SIGINT"), 50);
          at.server.judge = () => null;
          return null;
        };
      },
    });
    expect(code).toBe(130);
    expect(at.server.events.map(({ type }) => type)).toEqual(["thought", "status"]);
  });

  test("a file that is missing or not a recording fails with a reason", async () => {
    writeFileSync(join(at.home.folder, "x"), "hello");
    const none = await at.run(["replay", "x"]);
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringContaining("x: Cannot read the recording"),
    ]);
    const missing = await at.run(["replay", "y"]);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("does not exist")]);
    const folder = await at.run(["replay", "."]);
    expect([folder.code, folder.stderr]).toEqual([1, expect.stringContaining("it is a folder")]);
    writeFileSync(join(at.home.folder, "empty"), "\n");
    const empty = await at.run(["replay", "empty"]);
    expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining("it is empty")]);
  });

  test("plays stdin, and several files each in its own session, despite bad ones", async () => {
    const piped = await at.run(["replay", "-", "--speed", "max"], {
      input: readFileSync(writeRun(1), "utf8"),
    });
    expect(piped.code).toBe(0);
    writeFileSync(join(at.home.folder, "bad"), "hello");
    const path = writeRun(1);
    const { code } = await at.run(["replay", "bad", path, path, "--speed", "max"]);
    expect(code).toBe(1);
    const sessions = new Set(at.server.batches.map((batch) => batch.start_session));
    expect([at.server.events.length, sessions.size]).toEqual([9, 3]);
  });
});
