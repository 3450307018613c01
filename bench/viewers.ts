/**
 * Many viewers in their own process, so that their work does not count as the sender's. Started with
 * `{ kind, url, key?, topic?, count }` as JSON; it sends `ready`, and on `report` the events that each viewer received.
 */
import { RealtimeClient } from "@supabase/realtime-js";
import { WebSocket } from "ws";
import type { Report, ViewersPlan } from "./scenario.ts";

const plan: ViewersPlan = JSON.parse(process.argv[2] ?? "{}");
const latenciesMs: number[] = [];
const received = new Map<number, Set<string>>();
let bytes = 0;

/** `content` begins with the time of sending and a number: "1763877600000.123 17 …". */
function take(viewer: number, contents: string[]) {
  const now = performance.timeOrigin + performance.now();
  for (const content of contents) {
    const [sentAt = "", number = ""] = content.split(" ", 2);
    latenciesMs.push(now - Number(sentAt));
    received.get(viewer)?.add(number);
  }
}

class CountingSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols);
    this.on("message", (data: Buffer) => {
      bytes += data.byteLength;
    });
  }
}

interface Payload {
  events: { data: { content: string } }[];
}
const contentsOf = ({ events }: Payload) => events.map(({ data }) => data.content);

function watchKulti(viewer: number): Promise<void> {
  const client = new RealtimeClient(plan.url, {
    params: { apikey: plan.key },
    transport: CountingSocket as never,
  });
  return new Promise((resolve, reject) => {
    client
      .channel(plan.topic as string, { config: { private: true } })
      .on("broadcast", { event: "frame" }, ({ payload }) => take(viewer, contentsOf(payload)))
      .subscribe((status, error) => {
        if (status === "SUBSCRIBED") resolve();
        if (status === "CHANNEL_ERROR" || status === "TIMED_OUT") reject(error ?? status);
      });
  });
}

function watchRelay(viewer: number): Promise<void> {
  const socket = new CountingSocket(plan.url);
  socket.on("message", (data: Buffer) => take(viewer, contentsOf(JSON.parse(String(data)))));
  return new Promise((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });
}

for (let viewer = 0; viewer < plan.count; viewer++) received.set(viewer, new Set());
const watch = plan.kind === "kulti" ? watchKulti : watchRelay;
// Joins are rate-limited like the real server's: a few at a time.
const viewers = [...received.keys()];
while (viewers.length > 0) await Promise.all(viewers.splice(0, 20).map(watch));

process.on("message", (message) => {
  if (message === "begin") {
    bytes = 0;
    latenciesMs.length = 0;
    for (const numbers of received.values()) numbers.clear();
    process.send?.("begun");
  }
  if (message === "report") {
    const report: Report = {
      latenciesMs,
      bytes,
      received: [...received.values()].map((numbers) => numbers.size),
    };
    process.send?.(report);
  }
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
