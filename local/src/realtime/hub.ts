/**
 * Topics and their members. A broadcast is encoded once per protocol version and the same bytes go to every member.
 */
import type { RateCounter } from "./limits.ts";
import { Presence, type PresenceDiff } from "./presence.ts";
import {
  type Broadcast,
  encodeBroadcast,
  encodePush,
  type Frame,
  type Version,
} from "./serializer.ts";

/** A channel as the hub sees it. */
export interface Member {
  readonly version: Version;
  readonly readsBroadcasts: boolean;
  readonly readsPresence: boolean;
  /** Ids of the stored messages that it was sent when it joined, so that none is sent twice. */
  readonly replayedIds: ReadonlySet<string>;
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
  readonly #presenceMessages: RateCounter;

  constructor(messages: RateCounter, presenceMessages: RateCounter) {
    this.#messages = messages;
    this.#presenceMessages = presenceMessages;
  }

  join(name: string, isPrivate: boolean, member: Member): void {
    const id = topicId(name, isPrivate);
    let topic = this.#topics.get(id);
    if (!topic) {
      topic = { name, members: new Set(), presence: new Presence() };
      this.#topics.set(id, topic);
    }
    topic.members.add(member);
  }

  leave(name: string, isPrivate: boolean, member: Member): void {
    const id = topicId(name, isPrivate);
    const topic = this.#topics.get(id);
    if (!topic?.members.delete(member)) return;
    this.untrack(name, isPrivate, member);
    if (topic.members.size === 0) this.#topics.delete(id);
  }

  /** Every copy counts as a message. Closes each member that it reaches while the rate is exceeded. */
  broadcast(name: string, isPrivate: boolean, broadcast: Broadcast, except?: Member): void {
    const topic = this.#topics.get(topicId(name, isPrivate));
    if (!topic) return;
    const frames = new Map<Version, Frame | null>();
    const id = "payload" in broadcast ? undefined : broadcast.meta?.id;
    for (const member of topic.members) {
      if (member === except || !member.readsBroadcasts) continue;
      if (typeof id === "string" && member.replayedIds.has(id)) continue;
      let frame = frames.get(member.version);
      if (frame === undefined) {
        frame = encodeBroadcast(member.version, `realtime:${name}`, broadcast);
        frames.set(member.version, frame);
      }
      this.#messages.add();
      if (frame) member.send(frame);
      if (this.#messages.exceeded) member.shutdown("Too many messages per second");
    }
  }

  presenceState(name: string, isPrivate: boolean) {
    return this.#topics.get(topicId(name, isPrivate))?.presence.state() ?? {};
  }

  track(
    name: string,
    isPrivate: boolean,
    member: Member,
    key: string,
    payload: Record<string, unknown>,
  ) {
    const topic = this.#topics.get(topicId(name, isPrivate));
    if (topic) this.#announce(topic, topic.presence.track(member, key, payload));
  }

  untrack(name: string, isPrivate: boolean, member: Member): void {
    const topic = this.#topics.get(topicId(name, isPrivate));
    const diff = topic?.presence.untrack(member);
    if (topic && diff) this.#announce(topic, diff);
  }

  #announce(topic: Topic, diff: PresenceDiff): void {
    const message = {
      joinRef: null,
      ref: null,
      topic: `realtime:${topic.name}`,
      event: "presence_diff",
      payload: diff,
    };
    const frames = { 1: encodePush(1, message), 2: encodePush(2, message) };
    for (const member of topic.members) {
      if (!member.readsPresence) continue;
      this.#presenceMessages.add();
      member.send(frames[member.version]);
    }
  }
}

/** A private and a public channel of the same name are different channels. */
function topicId(name: string, isPrivate: boolean): string {
  return `${isPrivate ? "private" : "public"}:${name}`;
}
