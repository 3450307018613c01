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

-- The same for the agents that one network registered, all and those less than a day old.
create unlogged table private.network_bytes (
  network bigint primary key,
  bytes bigint not null,
  new_bytes bigint not null,
  counted_at timestamptz not null
) with (fillfactor = 70);

alter table private.stored_bytes enable row level security;
alter table private.instance_bytes enable row level security;
alter table private.network_bytes enable row level security;
create policy "nobody" on private.stored_bytes for all using (false);
create policy "nobody" on private.instance_bytes for all using (false);
create policy "nobody" on private.network_bytes for all using (false);

create function private.is_recent_count(counted_at timestamptz, today date) returns boolean
language sql stable
set search_path = ''
as $$
select counted_at > clock_timestamp() - interval '5 seconds' and counted_at >= today::timestamp at time zone 'UTC'
$$;

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
  if private.is_recent_count(known.counted_at, today) then
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

-- The bytes that the agents of one network have stored today.
create function private.network_day_bytes(of_network bigint, today date) returns private.network_bytes
language plpgsql
set search_path = ''
as $$
declare
  known private.network_bytes;
begin
  select n.* into known from private.network_bytes n where n.network = of_network;
  if private.is_recent_count(known.counted_at, today) then
    return known;
  end if;
  if known.counted_at is null then
    insert into private.network_bytes (network, bytes, new_bytes, counted_at)
    values (of_network, 0, 0, '-infinity')
    on conflict do nothing;
  end if;
  perform 1 from private.network_bytes n where n.network = of_network for no key update skip locked;
  if found then
    update private.network_bytes n
    set counted_at = clock_timestamp(), bytes = stored.bytes, new_bytes = stored.new_bytes
    from (
      select
        coalesce(sum(b.bytes), 0) as bytes,
        coalesce(sum(b.bytes) filter (where a.created_at > now() - interval '1 day'), 0) as new_bytes
      from private.agent_networks member
      join private.stored_bytes b on b.agent_id = member.agent_id and b.day = today
      join public.ai_agents a on a.agent_id = member.agent_id
      where member.network = of_network
    ) as stored
    where n.network = of_network
    returning n.* into known;
  end if;
  return known;
end
$$;

create function private.refuse_bytes(why text) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.refuse(
    429, 'quota_exceeded', format('Cannot store more: %s. The quota resets at 00:00 UTC.', why),
    ceil(extract(epoch from date_trunc('day', now(), 'UTC') + interval '1 day' - now()))::bigint
  );
end
$$;

-- Adds to the count that open_stored_bytes has created. Refuses with 429 what exceeds a quota, which rolls the count
-- back. Agents of one network share quotas, so that a stranger with many agents can't use up what others need; the
-- operator's agents count each for itself. An agent less than a day old has smaller quotas, and when the instance has
-- used its own, agents still have a reserve.
create function private.take_bytes(of_agent text, added bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  today date := (now() at time zone 'UTC')::date;
  is_new boolean;
  of_network bigint;
  used bigint;
  network private.network_bytes;
  instance_used bigint;
  agent_quota bigint := private.setting_of('agent_day_bytes');
  network_quota bigint := private.setting_of('network_day_bytes');
  new_network_quota bigint := private.setting_of('new_network_day_bytes');
  instance_quota bigint := private.setting_of('instance_day_bytes');
  reserved bigint := private.setting_of('agent_reserved_day_bytes');
  has_reserve boolean;
begin
  update private.stored_bytes b
  set day = today, bytes = added + case when b.day = today then b.bytes else 0 end
  where b.agent_id = of_agent
  returning b.bytes into used;
  select a.created_at > now() - interval '1 day', n.network
  into is_new, of_network
  from public.ai_agents a
  left join private.agent_networks n on n.agent_id = a.agent_id
  where a.agent_id = of_agent;
  if is_new then
    agent_quota := least(agent_quota, private.setting_of('new_agent_day_bytes'));
  end if;
  if used > agent_quota then
    perform private.refuse_bytes(format('it would bring the agent to %s of %s bytes today', used, agent_quota));
  end if;
  if of_network is not null then
    network := private.network_day_bytes(of_network, today);
    if network.bytes > network_quota then
      perform private.refuse_bytes(format(
        'the agents of its network have stored %s of %s bytes today', network.bytes, network_quota
      ));
    end if;
    if is_new and network.new_bytes > new_network_quota then
      perform private.refuse_bytes(format(
        'the new agents of its network have stored %s of %s bytes today', network.new_bytes, new_network_quota
      ));
    end if;
  end if;
  instance_used := private.instance_day_bytes(today);
  has_reserve := used <= reserved
    and coalesce(network.bytes, 0) <= private.setting_of('network_reserved_day_bytes')
    and instance_used <= instance_quota + private.setting_of('instance_reserved_day_bytes');
  if has_reserve then
    return;
  end if;
  if is_new and instance_used > least(instance_quota, private.setting_of('new_agents_day_bytes')) then
    perform private.refuse_bytes(format(
      'all agents have stored %s bytes today, and the rest of %s is kept for agents older than a day',
      instance_used, instance_quota
    ));
  end if;
  if instance_used > instance_quota then
    perform private.refuse_bytes(format(
      'all agents have stored %s of %s bytes today, and each may still store %s while the reserve lasts',
      instance_used, instance_quota, reserved
    ));
  end if;
end
$$;
