import { reply } from "../_shared/reply.ts";

Deno.serve(async (request) => {
  const body = new Uint8Array(await request.arrayBuffer());
  const url = new URL(request.url);
  return reply({
    method: request.method,
    path: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    bytes: [...body.slice(0, 64)],
    length: body.length,
    env: Deno.env.toObject(),
  });
});
