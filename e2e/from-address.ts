/** Requests from other network addresses: on this machine, every 127.x.y.z is one. */
import { request } from "node:http";
import { target } from "./target.ts";

/** Whether the target is on this machine, where a caller can choose its address. */
export const canChooseAddress = /^http:\/\/(127\.|localhost)/.test(target.api_url);

/** POSTs JSON to a function from `address`, such as 127.0.0.7, and answers status, headers and body. */
export async function sendFrom(
  address: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const sent = request(`${target.api_url}/functions/v1/${path}`, {
    method: "POST",
    localAddress: address,
    headers: { "content-type": "application/json", ...headers },
  });
  sent.on("error", reject);
  sent.on("response", async (answer) => {
    const text = Buffer.concat(await answer.toArray()).toString();
    resolve(
      new Response(text, {
        status: answer.statusCode ?? 0,
        headers: answer.headers as Record<string, string>,
      }),
    );
  });
  sent.end(JSON.stringify(body));
  const answer = await promise;
  const parsed = await answer.json();
  return { status: answer.status, headers: answer.headers, body: parsed, error: parsed.error };
}

/** The status of a GET from `address`. */
export async function getFrom(
  address: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(url, { localAddress: address, headers });
  sent.on("error", reject);
  sent.on("response", (answer) => {
    answer.resume();
    answer.on("end", () => resolve(answer.statusCode ?? 0));
    answer.on("error", reject);
  });
  sent.end();
  return await promise;
}
