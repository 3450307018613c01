import { create_callers } from "../_shared/http/callers.ts";
import { connect_database } from "../_shared/http/db.ts";
import { read_project_env } from "../_shared/http/env.ts";
import { handle_requests } from "../_shared/http/handle.ts";
import { chat_routes } from "./handler.ts";

const project = read_project_env();
const database = connect_database({ url: project.url, key: project.secret_key });

export default {
  fetch: handle_requests(chat_routes, {
    database,
    callers: create_callers(database),
  }),
};
