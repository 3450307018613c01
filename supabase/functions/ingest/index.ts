import { createCallers } from "../_shared/http/callers.ts";
import { connectDatabase } from "../_shared/http/db.ts";
import { readProjectEnv } from "../_shared/http/env.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import { readMessagesPerSecond } from "./flush.ts";
import { ingestRoutes } from "./handler.ts";

const project = readProjectEnv();
const database = connectDatabase({ url: project.url, key: project.secret_key });

export default {
  fetch: handleRequests(ingestRoutes, {
    database,
    callers: createCallers(database),
    messagesPerSecond: readMessagesPerSecond(Deno.env.get("KULTI_REALTIME_MESSAGES_PER_SECOND")),
  }),
};
