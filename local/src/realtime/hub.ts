/**
 * Topics and their members. A broadcast is encoded once per protocol version and the same bytes go to every member.
 */
import type { RateCounter } from "./limits.ts";
import { Presence, type PresenceDiff } from "./presence.ts";
import {
  type Broadcast,
  encode_broadcast,
  encode_push,
  type Frame,
  type Version,
} from "./serializer.ts";

/** A channel as the hub sees it. */
export interface Member {
  readonly version: Version;
  readonly reads_broadcasts: boolean;
  readonly reads_presence: boolean;
  /** Ids of stored messages it was sent on joining; they are not sent twice. */
  readonly replayed_ids: ReadonlySet<string>;
  send(frame: Frame): void;
  /** Ends the channel with a `system` error. */
  shutdown(message: string): void;
}

interface Topic {
  name: string;
  members: Set<Member>;
  presence: Presence<Member>;
}

export class Hub {
  readonly #topics = new Map<string, Topic>();
  readonly #messages: RateCounter;
  readonly #presence_messages: RateCounter;

  constructor(messages: RateCounter, presence_messages: RateCounter) {
    this.#messages = messages;
    this.#presence_messages = presence_messages;
  }

  join(name: string, is_private: boolean, member: Member): void {
    const id = topic_id(name, is_private);
    let topic = this.#topics.get(id);
    if (!topic) {
      topic = { name, members: new Set(), presence: new Presence() };
      this.#topics.set(id, topic);
    }
    topic.members.add(member);
  }

  leave(name: string, is_private: boolean, member: Member): void {
    const id = topic_id(name, is_private);
    const topic = this.#topics.get(id);
    if (!topic?.members.delete(member)) return;
    this.untrack(name, is_private, member);
    if (topic.members.size === 0) this.#topics.delete(id);
  }

  /** Every copy counts as a message; a member reached while the rate is exceeded is closed. */
  broadcast(name: string, is_private: boolean, broadcast: Broadcast, except?: Member): void {
    const topic = this.#topics.get(topic_id(name, is_private));
    if (!topic) return;
    const frames = new Map<Version, Frame | null>();
    const id = "payload" in broadcast ? undefined : broadcast.meta?.id;
    for (const member of topic.members) {
      if (member === except || !member.reads_broadcasts) continue;
      if (typeof id === "string" && member.replayed_ids.has(id)) continue;
      let frame = frames.get(member.version);
      if (frame === undefined) {
        frame = encode_broadcast(member.version, `realtime:${name}`, broadcast);
        frames.set(member.version, frame);
      }
      this.#messages.add();
      if (frame) member.send(frame);
      if (this.#messages.exceeded) member.shutdown("Too many messages per second");
    }
  }

  presence_state(name: string, is_private: boolean) {
    return this.#topics.get(topic_id(name, is_private))?.presence.state() ?? {};
  }

  track(
    name: string,
    is_private: boolean,
    member: Member,
    key: string,
    payload: Record<string, unknown>,
  ) {
    const topic = this.#topics.get(topic_id(name, is_private));
    if (topic) this.#announce(topic, topic.presence.track(member, key, payload));
  }

  untrack(name: string, is_private: boolean, member: Member): void {
    const topic = this.#topics.get(topic_id(name, is_private));
    const diff = topic?.presence.untrack(member);
    if (topic && diff) this.#announce(topic, diff);
  }

  #announce(topic: Topic, diff: PresenceDiff): void {
    const message = {
      join_ref: null,
      ref: null,
      topic: `realtime:${topic.name}`,
      event: "presence_diff",
      payload: diff,
    };
    const frames = { 1: encode_push(1, message), 2: encode_push(2, message) };
    for (const member of topic.members) {
      if (!member.reads_presence) continue;
      this.#presence_messages.add();
      member.send(frames[member.version]);
    }
  }
}

/** A private and a public channel of the same name are different channels. */
function topic_id(name: string, is_private: boolean): string {
  return `${is_private ? "private" : "public"}:${name}`;
}
