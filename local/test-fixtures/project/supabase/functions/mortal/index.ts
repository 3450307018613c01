// Ends its own process when asked to, as a crash would.
Deno.serve((request) => {
  if (new URL(request.url).pathname.endsWith("/die")) Deno.exit(3);
  return new Response(String(Deno.pid));
});
