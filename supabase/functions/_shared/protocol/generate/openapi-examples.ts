/** Example bodies for OpenAPI; a test parses them. */
const sessionId = "7d9f1f7e-0b7c-4a52-9f0e-3f6f2a1d4c11";

export const ingestExamples = {
  "one thought": {
    agent_id: "my-agent",
    events: [{ type: "thought", data: { thought_type: "reasoning", content: "Let me look." } }],
  },
  "code and terminal": {
    agent_id: "my-agent",
    session_id: sessionId,
    events: [
      {
        id: "b7c1-1",
        type: "code",
        at: "2026-11-22T10:00:00.000Z",
        data: {
          filename: "src/app.ts",
          action: "edit",
          edits: [{ old_text: "let a = 1;", new_text: "let a = 2;" }],
        },
      },
      {
        id: "b7c1-2",
        type: "terminal",
        at: "2026-11-22T10:00:01.250Z",
        data: { command: "npm test", stream: "stdout", text: "12 passed\n", exit_code: 0 },
      },
    ],
  },
};

export const legacyExample = {
  agentId: "my-agent",
  thought: { type: "reasoning", content: "Let me look.", metadata: {} },
  status: "working",
};

export const registerExample = { agent_id: "my-agent", name: "My Agent", visibility: "public" };

export const profileExample = { description: "Fixes bugs while you sleep.", avatar_url: null };

export const rotateExample = { keep_current: true };

export const scrubExample = { session_id: sessionId, text: "hunter2-in-the-log" };

export const viewerMessageExample = {
  session_id: sessionId,
  viewer_id: "v-4f1c",
  name: "Ann",
  text: "Why not SQLite?",
};

export const agentMessageExample = { session_id: sessionId, text: "It has one writer." };

export const ingestReplyExample = {
  session_id: sessionId,
  accepted: 1,
  duplicates: 0,
  last_seq: 42,
  redacted: 0,
  flush_ms: 250,
  messages: [],
};
