/** Watches the lobby: the heads of all public sessions as they change. */
import { type AgentChanged, type Head, lobby_topic } from "@kulti/protocol";
import type { KultiApi } from "./api.ts";
import type { Watch } from "./session.ts";
import { subscribe } from "./subscription.ts";
import { on_wake } from "./wake.ts";

export interface LobbyOptions {
  api: KultiApi;
  handlers: {
    head(head: Head): void;
    /** Something of the agent is no longer public: forget its sessions, and soon ask `find_sessions` again. */
    changed(agent_id: string): void;
    connection(state: "live" | "reconnecting"): void;
    /** Heads may have been missed: ask `find_sessions` again. Called after each join and when a tab wakes up. */
    refresh(): void;
  };
}

export function watchLobby({ api, handlers }: LobbyOptions): Watch {
  const subscription = subscribe({
    realtime: api.realtime,
    topic: lobby_topic,
    broadcasts: {
      head: handlers.head,
      changed: ({ agent_id }: AgentChanged) => handlers.changed(agent_id),
    },
    on_joined() {
      handlers.connection("live");
      handlers.refresh();
    },
    on_lost: () => handlers.connection("reconnecting"),
  });
  const stop_waking = on_wake(api.realtime, { woken: handlers.refresh });
  return {
    stop() {
      stop_waking();
      subscription.close();
    },
  };
}
