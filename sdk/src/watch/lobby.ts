/** Watches the lobby: the heads of all public sessions as they change. */
import { type AgentChanged, type Head, lobbyTopic } from "@kulti/protocol";
import type { KultiApi } from "./api.ts";
import { subscribe } from "./subscription.ts";
import { onWake } from "./wake.ts";
import type { Watch } from "./watch-session.ts";

export interface LobbyOptions {
  api: KultiApi;
  handlers: {
    head(head: Head): void;
    /** The agent or some of its sessions are no longer public: forget them, and soon ask `find_sessions` again. */
    changed(agentId: string): void;
    connection(state: "live" | "reconnecting"): void;
    /** Heads may have been missed: ask `find_sessions` again. Called after each join and when a tab wakes up. */
    refresh(): void;
  };
}

export function watchLobby({ api, handlers }: LobbyOptions): Watch {
  const subscription = subscribe({
    realtime: api.realtime,
    topic: lobbyTopic,
    broadcasts: {
      head: handlers.head,
      changed: ({ agent_id: agentId }: AgentChanged) => handlers.changed(agentId),
    },
    onJoined() {
      handlers.connection("live");
      handlers.refresh();
    },
    onLost: () => handlers.connection("reconnecting"),
  });
  const stopWaking = onWake(api.realtime, { woken: handlers.refresh });
  return {
    stop() {
      stopWaking();
      subscription.close();
    },
  };
}
