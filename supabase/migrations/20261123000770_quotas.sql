-- Quotas: bytes that each agent, and all agents together, may store in a day (UTC). A batch counts by its size as
-- jsonb, which is known before any work on it. That is about the size of its JSON, including events that the session
-- already has.

-- One row per agent, of the last day on which it stored something. Its appends already wait for each other at their
-- rate bucket, so counting adds no wait. Unlogged: after a crash the day starts again.
create unlogged table private.stored_bytes (
  agent_id text primary key references public.ai_agents on delete cascade,
  day date not null,
  bytes bigint not null
) with (fillfactor = 70);

-- The total of all agents, summed at most every five seconds: one shared counter would make agents wait for each
-- other. So they may exceed the quota by five seconds of events.
create unlogged table private.instance_bytes (
  is_only_row boolean primary key default true check (is_only_row),
  bytes bigint not null,
  counted_at timestamptz not null
);

alter table private.stored_bytes enable row level security;
alter table private.instance_bytes enable row level security;
create policy "nobody" on private.stored_bytes for all using (false);
create policy "nobody" on private.instance_bytes for all using (false);

-- Creates the agent's row. Its foreign key locks the agent, which must come before the session.
create function private.open_stored_bytes(of_agent text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select 1 from private.stored_bytes b where b.agent_id = of_agent) then
    return;
  end if;
  begin
    insert into private.stored_bytes (agent_id, day, bytes)
    values (of_agent, (now() at time zone 'UTC')::date, 0)
    on conflict on constraint stored_bytes_pkey do nothing;
  exception
    when foreign_key_violation then
      perform private.refuse(401, 'unknown_key', 'Cannot accept the key: its agent was deleted.');
  end;
end
$$;

-- The bytes that all agents have stored today.
create function private.instance_day_bytes(today date) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  known private.instance_bytes;
begin
  select i.* into known from private.instance_bytes i;
  if known.counted_at > clock_timestamp() - interval '5 seconds' and known.counted_at >= today at time zone 'UTC' then
    return known.bytes;
  end if;
  -- The first call ever, or after a crash, creates the row. If the row is locked, use the last sum.
  if known.counted_at is null then
    insert into private.instance_bytes (bytes, counted_at) values (0, '-infinity') on conflict do nothing;
  end if;
  perform 1 from private.instance_bytes i for no key update skip locked;
  if found then
    update private.instance_bytes i
    set
      counted_at = clock_timestamp(),
      bytes = (select coalesce(sum(b.bytes), 0) from private.stored_bytes b where b.day = today)
    where i.is_only_row
    returning i.* into known;
  end if;
  return coalesce(known.bytes, 0);
end
$$;

-- Adds to the count that open_stored_bytes has created; refuses with 429 what exceeds a quota, which rolls the count back. Agents registered
-- today have a smaller quota, so that a few registrations cannot use up the instance's.
create function private.take_bytes(of_agent text, added bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  today date := (now() at time zone 'UTC')::date;
  registered_at timestamptz := (select a.created_at from public.ai_agents a where a.agent_id = of_agent);
  used bigint;
  quota bigint := private.setting_of('agent_day_bytes');
  reserved bigint := private.setting_of('agent_reserved_day_bytes');
  instance_quota bigint := private.setting_of('instance_day_bytes');
  instance_used bigint;
  frees_in_s bigint := ceil(extract(epoch from (today + 1) at time zone 'UTC' - now()));
begin
  update private.stored_bytes b
  set day = today, bytes = added + case when b.day = today then b.bytes else 0 end
  where b.agent_id = of_agent
  returning b.bytes into used;
  if registered_at > now() - interval '1 day' then
    quota := least(quota, private.setting_of('new_agent_day_bytes'));
  end if;
  if used > quota then
    perform private.refuse(
      429, 'quota_exceeded',
      format('Cannot append events: they would bring the agent to %s of %s bytes today. Its quota resets at 00:00 UTC.', used, quota),
      frees_in_s
    );
  end if;
  instance_used := private.instance_day_bytes(today);
  if instance_used > instance_quota
    and (used > reserved or instance_used > instance_quota + private.setting_of('instance_reserved_day_bytes'))
  then
    perform private.refuse(
      429, 'quota_exceeded',
      format(
        'Cannot append events: all agents have stored %s of %s bytes today. Each agent may still store %s while the reserve lasts; the quota resets at 00:00 UTC.',
        instance_used, instance_quota, reserved
      ),
      frees_in_s
    );
  end if;
end
$$;
