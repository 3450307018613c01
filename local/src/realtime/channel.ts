/** One joined channel of one client: what it is sent, and how it ends. */
import type { Policies } from "./authorize.ts";
import type { Context } from "./context.ts";
import type { Member } from "./hub.ts";
import type { JoinConfig } from "./join-config.ts";
import { CallWindow } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { StoredMessage } from "./replay.ts";
import { encode_broadcast, type Frame, type Ref, type Version } from "./serializer.ts";
import type { Claims } from "./token.ts";

const REPLICATION_CHECK_MS = 500;
const REPLICATION_READY = "Replication connection established";
const NO_POSTGRES_CHANGES =
  "This embedded Realtime has no postgres_changes, unlike Supabase's: " +
  "use broadcasts from the database (realtime.send, realtime.broadcast_changes)";

export interface ChannelOptions {
  context: Context;
  peer: Peer;
  /** With the prefix `realtime:`, as clients write it. */
  topic: string;
  /** Without it. */
  name: string;
  join_ref: Ref;
  config: JoinConfig;
  token: string;
  claims: Claims;
  /** Null on a public channel. */
  policies: Policies | null;
  replayed: StoredMessage[];
}

export class Channel implements Member {
  readonly context: Context;
  readonly peer: Peer;
  readonly topic: string;
  readonly name: string;
  readonly join_ref: Ref;
  readonly config: JoinConfig;
  readonly version: Version;
  readonly presence_calls: CallWindow;
  readonly replayed_ids: ReadonlySet<string>;
  token: string;
  claims: Claims;
  policies: Policies | null;
  token_timer: NodeJS.Timeout | undefined;
  closed = false;
  readonly #replayed: StoredMessage[];
  #replication_told = false;
  #replication_timer: NodeJS.Timeout | undefined;

  constructor(options: ChannelOptions) {
    this.context = options.context;
    this.peer = options.peer;
    this.topic = options.topic;
    this.name = options.name;
    this.join_ref = options.join_ref;
    this.config = options.config;
    this.version = options.peer.version;
    this.token = options.token;
    this.claims = options.claims;
    this.policies = options.policies;
    this.#replayed = options.replayed;
    this.replayed_ids = new Set(options.replayed.map(({ id }) => id));
    const { presence_calls, presence_window_ms } = options.context.limits;
    this.presence_calls = new CallWindow(presence_calls, presence_window_ms);
    this.context.hub.join(this.name, this.config.private, this);
  }

  get reads_broadcasts(): boolean {
    return this.policies ? this.policies.broadcast.read === true : true;
  }

  get reads_presence(): boolean {
    return this.policies ? this.policies.presence.read === true : true;
  }

  /** What policies are asked about. */
  get asker() {
    return { topic: this.name, claims: this.claims, headers: this.peer.headers };
  }

  send(frame: Frame): void {
    this.peer.send(frame);
  }

  /** What follows the answer to the join. */
  after_join() {
    const { context, config, name } = this;
    if (config.replication_ready) {
      this.#await_replication(Date.now() + context.limits.replication_ready_ms);
    }
    if (config.postgres_changes.length > 0) {
      this.#system("postgres_changes", "error", NO_POSTGRES_CHANGES);
    }
    if (config.presence_enabled && this.reads_presence) {
      if (context.presence_messages.exceeded) {
        return this.shutdown("Too many presence messages per second");
      }
      context.presence_messages.add();
      this.#push("presence_state", context.hub.presence_state(name, config.private));
    }
    for (const message of this.#replayed) this.#replay(message);
  }

  /**
   * Broadcasts from the database that were sent in between are lost, and whoever asked for `replication_ready` wants to
   * know from when on there are any: he is told again, as after his join.
   */
  replication_changed(is_open: boolean): void {
    // One that is still waiting for it after its join hears of it there.
    if (!this.#replication_told) return;
    if (is_open) this.#system("system", "ok", REPLICATION_READY);
    else this.#system("system", "error", "Replication connection lost");
  }

  /** Ends with a `system` error and `phx_close`; stock clients don't join again. */
  shutdown(message: string): void {
    if (this.closed) return;
    this.#system("system", "error", message);
    this.context.log(`ChannelShutdown: ${message}`);
    this.peer.close_channel(this);
  }

  /** Stops receiving; says nothing to the client. */
  dispose(): void {
    this.closed = true;
    clearTimeout(this.token_timer);
    clearTimeout(this.#replication_timer);
    this.context.hub.leave(this.name, this.config.private, this);
  }

  #await_replication(deadline: number) {
    if (this.context.replicating()) {
      this.#replication_told = true;
      return this.#system("system", "ok", REPLICATION_READY);
    }
    if (Date.now() >= deadline) {
      return this.shutdown("Replication connection was not established in time");
    }
    const again = () => this.#await_replication(deadline);
    this.#replication_timer = setTimeout(again, REPLICATION_CHECK_MS).unref();
  }

  #replay({ id, event, payload, binary_payload }: StoredMessage) {
    const meta = { replayed: true, id };
    if (!binary_payload) {
      return this.#push("broadcast", { payload, event, type: "broadcast", meta });
    }
    const broadcast = { event, encoding: "binary", body: binary_payload, meta } as const;
    const frame = encode_broadcast(this.version, this.topic, broadcast);
    if (frame) this.send(frame);
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.#push("system", { extension, status, message, channel: this.name });
  }

  #push(event: string, payload: unknown): void {
    const { join_ref, topic } = this;
    this.peer.push({ join_ref, ref: null, topic, event, payload });
  }
}
