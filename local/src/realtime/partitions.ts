/**
 * `realtime.messages` has one partition a day. Realtime itself creates them, from yesterday to three days ahead, and
 * drops those older than three days; without a partition for today `realtime.send` would store nothing.
 */
const dayMs = 24 * 60 * 60 * 1000;
const daysAhead = 3;
const daysKept = 3;

type Query = (text: string) => Promise<{ [column: string]: unknown }[]>;

/** Takes one query if there is nothing to do. */
export async function maintainPartitions(query: Query, now = new Date()): Promise<void> {
  const rows = await query(`
    select child.relname as name
    from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'realtime.messages'::regclass`);
  const present = rows.map(({ name }) => String(name));
  const day = (offset: number) =>
    new Date(now.getTime() + offset * dayMs).toISOString().slice(0, 10);
  for (let offset = -1; offset <= daysAhead; offset++) {
    const name = partitionOf(day(offset));
    if (present.includes(name)) continue;
    await query(`
      do $$ begin
        create table if not exists realtime.${name} partition of realtime.messages
          for values from ('${day(offset)}') to ('${day(offset + 1)}');
        alter table realtime.${name} owner to supabase_realtime_admin;
      end $$`);
  }
  const oldest = partitionOf(day(-daysKept));
  const outdated = present.filter(
    (name) => /^messages_\d{4}_\d\d_\d\d$/.test(name) && name < oldest,
  );
  for (const name of outdated) await query(`drop table if exists realtime.${name}`);
}

function partitionOf(day: string): string {
  return `messages_${day.replaceAll("-", "_")}`;
}
