/** The lobby's list as data: agents on stage now, earlier sessions by day, all of them filtered. */
import { type Head, limits } from "@kulti/protocol";
import { dayText } from "../text/time.ts";

export interface Programme {
  live: Head[];
  days: { day: string; heads: Head[] }[];
}

export const orders = ["live", "viewers", "newest", "name"] as const;
/** The order of the list; `live` has agents on stage first and other sessions by day. */
export type Order = (typeof orders)[number];

const titles: Record<Exclude<Order, "live">, string> = {
  viewers: "Most watched first",
  newest: "Newest first",
  name: "By name",
};

export function isLive(head: Head, now: number): boolean {
  return head.ended_at === null && now - Date.parse(head.last_event_at) < limits.session_idle_ms;
}

/**
 * Lists the known sessions as `find_sessions` does for all agents: the newest live session of each agent, and all that
 * have ended. So an agent on stage has one row, which keeps its place whichever of its sessions sends.
 */
export function listedOf(heads: Iterable<Head>, now: number): Head[] {
  const onStage = new Map<string, Head>();
  const over: Head[] = [];
  for (const head of heads) {
    if (!isLive(head, now)) {
      if (head.listed) over.push(head);
      continue;
    }
    const known = onStage.get(head.agent_id);
    if (!known || beganAt(head) > beganAt(known)) onStage.set(head.agent_id, head);
  }
  return [...onStage.values(), ...over];
}

/** Newest first, also among equals. Orders other than `live` give one list. */
export function programmeOf(
  heads: Iterable<Head>,
  filter: string,
  now: number,
  order: Order = "live",
): Programme {
  const programme: Programme = { live: [], days: [] };
  const sorted = listedOf(heads, now)
    .filter((head) => matches(head, filter))
    .sort((one, other) => beganAt(other) - beganAt(one));
  if (order !== "live") {
    if (order === "viewers") sorted.sort((one, other) => other.viewers - one.viewers);
    if (order === "name")
      sorted.sort((one, other) => byName.compare(one.agent_name, other.agent_name));
    if (sorted.length > 0) programme.days.push({ day: titles[order], heads: sorted });
    return programme;
  }
  for (const head of sorted) {
    if (isLive(head, now)) {
      programme.live.push(head);
      continue;
    }
    const day = dayText(head.started_at, new Date(now));
    const last = programme.days.at(-1);
    if (last?.day === day) last.heads.push(head);
    else programme.days.push({ day, heads: [head] });
  }
  return programme;
}

const beganAt = (head: Head): number => Date.parse(head.started_at);

const byName = new Intl.Collator(undefined, { numeric: true });

/** Whether every word of the filter occurs in the name, handle, task or latest thought. */
function matches(head: Head, filter: string): boolean {
  const words = filter.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return true;
  const text = [head.agent_name, head.agent_id, head.task?.title, head.goal?.title, head.latest]
    .join("\n")
    .toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}
