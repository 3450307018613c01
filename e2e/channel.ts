/** Joins a private channel as viewers do and keeps everything that arrives. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { onTestFinished } from "vitest";
import { target } from "./target.ts";

interface Broadcast {
  event: string;
  payload: Record<string, unknown>;
}

/** A stock client with the publishable key, whose channels end with the test. */
export function newClient(): SupabaseClient {
  const client = createClient(target.api_url, target.publishable_key);
  onTestFinished(async () => void (await client.removeAllChannels()));
  return client;
}

/** Resolves when Realtime has refused the join, or has joined and reads the database's log: from then on nothing is missed. */
export async function listen(
  topic: string,
  { client = newClient(), replay }: { client?: SupabaseClient; replay?: { since: number } } = {},
) {
  const heard: Broadcast[] = [];
  const broadcast = {
    replication_ready: true,
    ...(replay && { replay: { ...replay, limit: 25 } }),
  };
  const channel = client.channel(topic, { config: { private: true, broadcast } });
  channel.on("broadcast", { event: "*" }, ({ event, payload }) => heard.push({ event, payload }));
  const { promise: state, resolve } = Promise.withResolvers<string>();
  const { promise: ready, resolve: setReady } = Promise.withResolvers<void>();
  channel.on("system", {}, () => setReady());
  channel.subscribe((state) => resolve(state));
  const result = await state;
  if (result === "SUBSCRIBED") await ready;
  return { state: result, heard, leave: () => client.removeChannel(channel) };
}
