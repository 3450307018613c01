import { deepEqual } from "node:assert/strict";
import agents from "./agents/deno.json" with { type: "json" };
import chat from "./chat/deno.json" with { type: "json" };
import ingest from "./ingest/deno.json" with { type: "json" };
import share from "./share/deno.json" with { type: "json" };

Deno.test("every function has the import map with which all are tested", () => {
  deepEqual([agents, chat, share], [ingest, ingest, ingest]);
});
