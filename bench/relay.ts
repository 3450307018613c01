/**
 * The baseline: a bare in-memory relay. It sends each post to every socket at once and validates, stores and
 * authorises nothing. Runs as a child process and reports its port by message.
 */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    for (const socket of sockets.clients) socket.send(body, { binary: false });
    response.end("{}");
  });
});
const sockets = new WebSocketServer({ server });

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : 0 });
});
process.on("disconnect", () => process.exit());
