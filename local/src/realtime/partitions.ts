/**
 * `realtime.messages` has one partition a day. Realtime itself creates them, from yesterday to three days ahead, and
 * drops those older than three days; without a partition for today `realtime.send` would store nothing.
 */
import type { Sql } from "postgres";

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_AHEAD = 3;
const DAYS_KEPT = 3;

/** One query when there is nothing to do. */
export async function maintain_partitions(sql: Sql, now = new Date()): Promise<void> {
  const present = await partitions(sql);
  const day = (offset: number) =>
    new Date(now.getTime() + offset * DAY_MS).toISOString().slice(0, 10);
  for (let offset = -1; offset <= DAYS_AHEAD; offset++) {
    const name = partition_of(day(offset));
    if (present.includes(name)) continue;
    await sql.begin(async (tx) => {
      await tx.unsafe(
        `create table if not exists realtime.${name} partition of realtime.messages
         for values from ('${day(offset)}') to ('${day(offset + 1)}')`,
      );
      await tx.unsafe(`alter table realtime.${name} owner to supabase_realtime_admin`);
    });
  }
  const oldest = partition_of(day(-DAYS_KEPT));
  const outdated = present.filter(
    (name) => /^messages_\d{4}_\d\d_\d\d$/.test(name) && name < oldest,
  );
  for (const name of outdated) await sql.unsafe(`drop table if exists realtime.${name}`);
}

function partition_of(day: string): string {
  return `messages_${day.replaceAll("-", "_")}`;
}

async function partitions(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select child.relname as name
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'realtime.messages'::regclass`;
  return rows.map(({ name }) => name);
}
