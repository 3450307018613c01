export default {
  fetch(request: Request): Response {
    if (request.method === "OPTIONS") {
      return new Response(null, {
        status: 204,
        headers: { "access-control-allow-origin": "https://own.example" },
      });
    }
    const parts = ["one ", "two ", "three"];
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const part = parts.shift();
          if (part === undefined) return controller.close();
          controller.enqueue(new TextEncoder().encode(part));
          await new Promise((resolve) => setTimeout(resolve, 300));
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { "content-type": "text/plain" } });
  },
};
