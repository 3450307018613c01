import { createNetworks } from "../_shared/http/address.ts";
import { connectDatabase } from "../_shared/http/db.ts";
import { readProjectEnv, readViewerEnv } from "../_shared/http/env.ts";
import { handleRequests } from "../_shared/http/handle.ts";
import type { ViewerRpcs } from "../_shared/http/rpcs.ts";
import { shareRoutes } from "./handler.ts";
import { readAddresses } from "./watch-address.ts";

const { url, publishable_key: publishableKey } = readViewerEnv();
const { secret_key: secretKey } = readProjectEnv();

export default {
  fetch: handleRequests(shareRoutes, {
    database: connectDatabase<ViewerRpcs>({ url, key: publishableKey }),
    addresses: readAddresses(Deno.env, url),
    networks: createNetworks(connectDatabase({ url, key: secretKey })),
  }),
};
