import { expect, test } from "vitest";
import { createHighlighter, type WorkerLike } from "./highlighter.ts";
import type { HighlightReply, HighlightRequest } from "./messages.ts";

/** A worker whose replies the test sends. */
function heldWorker() {
  const requests: HighlightRequest[] = [];
  let listen: (event: MessageEvent<HighlightReply>) => void = () => {};
  const worker: WorkerLike = {
    postMessage: (request: HighlightRequest) => void requests.push(request),
    addEventListener: (_: string, listener: unknown) => {
      listen = listener as typeof listen;
    },
  };
  const reply = (data: HighlightReply) => listen({ data } as MessageEvent<HighlightReply>);
  return { worker, requests, reply };
}

test("createHighlighter asks its worker for one version at a time, then for the newest", () => {
  const { worker, requests, reply } = heldWorker();
  const highlighter = createHighlighter(() => worker);
  highlighter.want("a.ts", null, ["1"]);
  highlighter.want("a.ts", null, ["1", "2"]);
  highlighter.want("a.ts", null, ["1", "2", "3"]);
  expect(requests.map((request) => request.lines.length)).toEqual([1]);
  expect(requests[0]).toMatchObject({ language: "typescript", isFirst: true });
  reply({ kind: "done", key: requests[0]?.key ?? "" });
  expect(requests.map((request) => request.lines.length)).toEqual([1, 3]);
  expect(requests[1]?.isFirst).toBe(false);
});

test("createHighlighter makes a new object for each piece of tokens", () => {
  const { worker, requests, reply } = heldWorker();
  const highlighter = createHighlighter(() => worker);
  highlighter.want("a.py", null, ["x", "y"]);
  const key = requests[0]?.key ?? "";
  const before = highlighter.get("a.py", null);
  let told = 0;
  highlighter.subscribe(() => {
    told += 1;
  });
  reply({ kind: "piece", key, piece: { at: 1, tokens: [[1, 2]] } });
  expect(told).toBe(1);
  expect(highlighter.get("a.py", null)).not.toBe(before);
  expect(highlighter.get("a.py", null)?.tokens).toEqual([undefined, [1, 2]]);
});

test("createHighlighter starts no worker for an unknown language", () => {
  const highlighter = createHighlighter(() => {
    throw new Error("started");
  });
  highlighter.want("notes.xyz", null, ["x"]);
  expect(highlighter.get("notes.xyz", null)).toBeUndefined();
});
