import { connect_database } from "../_shared/http/db.ts";
import { read_viewer_env } from "../_shared/http/env.ts";
import { handle_requests } from "../_shared/http/handle.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { share_routes } from "./handler.ts";
import { read_addresses } from "./watch-address.ts";

const { url, publishable_key } = read_viewer_env();

export default {
  fetch: handle_requests(share_routes, {
    database: connect_database<ViewerRpcs>({ url, key: publishable_key }),
    addresses: read_addresses(Deno.env, url),
  }),
};
