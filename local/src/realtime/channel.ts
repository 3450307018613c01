/** One joined channel of one client: its messages and its end. */
import type { Policies } from "./authorize.ts";
import type { Context } from "./context.ts";
import type { Member } from "./hub.ts";
import type { JoinConfig } from "./join-config.ts";
import { CallWindow } from "./limits.ts";
import type { Peer } from "./peer.ts";
import type { StoredMessage } from "./replay.ts";
import { encodeBroadcast, type Frame, type Ref, type Version } from "./serializer.ts";
import type { Claims } from "./token.ts";

const replicationCheckMs = 500;
const replicationReady = "Replication connection established";
const noPostgresChanges =
  "This embedded Realtime has no postgres_changes, unlike Supabase's: " +
  "use broadcasts from the database (realtime.send, realtime.broadcast_changes)";

export interface ChannelOptions {
  context: Context;
  peer: Peer;
  /** With the prefix `realtime:`, as clients write it. */
  topic: string;
  /** Without it. */
  name: string;
  joinRef: Ref;
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
  readonly joinRef: Ref;
  readonly config: JoinConfig;
  readonly version: Version;
  readonly presenceCalls: CallWindow;
  readonly replayedIds: ReadonlySet<string>;
  token: string;
  claims: Claims;
  policies: Policies | null;
  tokenTimer: NodeJS.Timeout | undefined;
  closed = false;
  readonly #replayed: StoredMessage[];
  #replicationTold = false;
  #replicationTimer: NodeJS.Timeout | undefined;

  constructor(options: ChannelOptions) {
    this.context = options.context;
    this.peer = options.peer;
    this.topic = options.topic;
    this.name = options.name;
    this.joinRef = options.joinRef;
    this.config = options.config;
    this.version = options.peer.version;
    this.token = options.token;
    this.claims = options.claims;
    this.policies = options.policies;
    this.#replayed = options.replayed;
    this.replayedIds = new Set(options.replayed.map(({ id }) => id));
    const { presenceCalls, presenceWindowMs } = options.context.limits;
    this.presenceCalls = new CallWindow(presenceCalls, presenceWindowMs);
    this.context.hub.join(this.name, this.config.private, this);
  }

  get readsBroadcasts(): boolean {
    return this.policies ? this.policies.broadcast.read === true : true;
  }

  get readsPresence(): boolean {
    return this.policies ? this.policies.presence.read === true : true;
  }

  /** The caller, as policies see it. */
  get asker() {
    return { topic: this.name, claims: this.claims, headers: this.peer.headers };
  }

  send(frame: Frame): void {
    this.peer.send(frame);
  }

  /** Runs after the answer to the join. */
  afterJoin() {
    const { context, config, name } = this;
    if (config.replication_ready) {
      this.#awaitReplication(Date.now() + context.limits.replicationReadyMs);
    }
    if (config.postgres_changes.length > 0) {
      this.#system("postgres_changes", "error", noPostgresChanges);
    }
    if (config.presenceEnabled && this.readsPresence) {
      if (context.presenceMessages.exceeded) {
        return this.shutdown("Too many presence messages per second");
      }
      context.presenceMessages.add();
      this.#push("presence_state", context.hub.presenceState(name, config.private));
    }
    for (const message of this.#replayed) this.#replay(message);
  }

  /**
   * Broadcasts that the database sent in between are lost. A client that asked for `replication_ready` hears again when
   * they resume, as after its join.
   */
  replicationChanged(isOpen: boolean): void {
    // A client that still waits for it after its join hears it there.
    if (!this.#replicationTold) return;
    if (isOpen) this.#system("system", "ok", replicationReady);
    else this.#system("system", "error", "Replication connection lost");
  }

  /** Ends with a `system` error and `phx_close`; stock clients don't join again. */
  shutdown(message: string): void {
    if (this.closed) return;
    this.#system("system", "error", message);
    this.context.log(`ChannelShutdown: ${message}`);
    this.peer.closeChannel(this);
  }

  /** Stops receiving; says nothing to the client. */
  dispose(): void {
    this.closed = true;
    clearTimeout(this.tokenTimer);
    clearTimeout(this.#replicationTimer);
    this.context.hub.leave(this.name, this.config.private, this);
  }

  #awaitReplication(deadline: number) {
    if (this.context.replicating()) {
      this.#replicationTold = true;
      return this.#system("system", "ok", replicationReady);
    }
    if (Date.now() >= deadline) {
      return this.shutdown("Replication connection was not established in time");
    }
    const again = () => this.#awaitReplication(deadline);
    this.#replicationTimer = setTimeout(again, replicationCheckMs).unref();
  }

  #replay({ id, event, payload, binaryPayload }: StoredMessage) {
    const meta = { replayed: true, id };
    if (!binaryPayload) {
      return this.#push("broadcast", { payload, event, type: "broadcast", meta });
    }
    const broadcast = { event, encoding: "binary", body: binaryPayload, meta } as const;
    const frame = encodeBroadcast(this.version, this.topic, broadcast);
    if (frame) this.send(frame);
  }

  #system(extension: string, status: "ok" | "error", message: string): void {
    this.#push("system", { extension, status, message, channel: this.name });
  }

  #push(event: string, payload: unknown): void {
    const { joinRef, topic } = this;
    this.peer.push({ joinRef, ref: null, topic, event, payload });
  }
}
