Deno.serve(() => new Response("inside"));
