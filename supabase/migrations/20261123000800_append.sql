-- append_events: the only way in for events, in one transaction (invariant 4). The function `ingest` calls it with the
-- secret key; it checks the agent's key.
-- Lock order: the bucket for ingest, agent, session, key. Buckets that only this agent or its network takes come where
-- they are needed.
-- Measured on two shared cores, Postgres 17, events of 300 bytes, without the commit: 0.75 ms for a batch of 1, 3.2 ms
-- for 50, 20 ms for 500. Committed to disk, four agents at once, batches of 50: 7,000 to 9,000 events/s; one agent
-- reaches its rate limit first, at 5,000.

-- The session of a batch without session_id, locked: the open one, or the last one if the batch repeats its end, or a
-- new one.
create function private.open_session(of_agent text, event_ids text[]) returns public.ai_agent_sessions
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  session public.ai_agent_sessions;
  oldest_event_at timestamptz := now() - private.time_of('session_idle_ms');
begin
  select s.* into session
  from public.ai_agent_sessions s
  where s.agent_id = of_agent and s.ended_at is null and s.last_event_at > oldest_event_at
  order by s.started_at desc
  limit 1
  for no key update;
  if found then
    return session;
  end if;

  -- Two simultaneous first batches meet here, and the second finds the session of the first.
  perform 1 from public.ai_agents a where a.agent_id = of_agent for no key update;
  select s.* into session
  from public.ai_agent_sessions s
  where s.agent_id = of_agent
  order by s.started_at desc
  limit 1
  for no key update;
  if found then
    if session.ended_at is null and session.last_event_at > oldest_event_at then
      return session;
    end if;
    if exists (
      select 1
      from public.ai_stream_events e
      where e.session_id = session.id and e.id = any (event_ids)
    ) then
      return session;
    end if;
    update public.ai_agent_sessions s
    set ended_at = s.last_event_at, status = 'offline'
    where s.id = session.id and s.ended_at is null;
  end if;
  return private.start_session(gen_random_uuid(), of_agent);
end
$$;

-- Refuses another live session when the agent has its maximum: a new one, or one that is no longer live after a long
-- silence.
create function private.require_room(of_agent text) returns void
language plpgsql
set search_path = ''
as $$
declare
  most bigint := private.setting_of('open_sessions');
  live record;
  seconds bigint;
begin
  select * into live from private.live_sessions(of_agent);
  if live.live_count < most then
    return;
  end if;
  -- A run that was killed left it open.
  update public.ai_agent_sessions s
  set ended_at = s.last_event_at, status = 'offline'
  where s.id = (
    select silent.id
    from public.ai_agent_sessions silent
    where silent.agent_id = of_agent
      and silent.ended_at is null
      and silent.last_event_at < now() - interval '5 minutes'
      and silent.last_event_at > now() - private.time_of('session_idle_ms')
    order by silent.last_event_at
    limit 1
    for no key update skip locked
  );
  if found then
    return;
  end if;
  seconds := greatest(1, ceil(extract(epoch from live.next_idle_at - now())));
  perform private.refuse(
    429, 'rate_limited',
    format(
      'Cannot start a session: the agent has %s live sessions, limit %s. End one, or wait: the next silent one ends in %s s.',
      live.live_count, most, seconds
    ),
    -- A session may end at any time.
    least(seconds, 60)
  );
end
$$;

-- The session with that id, locked; a new one if there is none. The agent's row is locked first, because its
-- visibility is copied. These buckets come after that lock, unlike others: every caller already holds the agent's
-- bucket for ingest, and whoever holds a network's bucket waits for no other agent.
create function private.start_session(new_id uuid, of_agent text) returns public.ai_agent_sessions
language plpgsql
set search_path = ''
as $$
declare
  session public.ai_agent_sessions;
  max_listed bigint := private.setting_of('listed_sessions_per_day');
  is_listed boolean;
begin
  perform 1 from public.ai_agents a where a.agent_id = of_agent for no key update;
  perform private.require_room(of_agent);
  perform private.take_token('session', of_agent);
  select count(*) < max_listed into is_listed
  from (
    select 1
    from public.ai_agent_sessions s
    where s.agent_id = of_agent and s.started_at >= date_trunc('day', now(), 'UTC')
    limit max_listed
  ) of_today;
  -- Many agents of one network must not fill the lists either.
  if is_listed then
    select private.try_token('listed_network', n.network::text) into is_listed
    from private.agent_networks n
    where n.agent_id = of_agent;
    is_listed := coalesce(is_listed, true);
  end if;
  insert into public.ai_agent_sessions (id, agent_id, visibility, listed)
  select new_id, a.agent_id, a.visibility, is_listed
  from public.ai_agents a
  where a.agent_id = of_agent
  on conflict (id) do nothing;
  insert into private.session_air (session_id) values (new_id) on conflict do nothing;
  select s.* into session from public.ai_agent_sessions s where s.id = new_id and s.agent_id = of_agent for no key update;
  return session;
end
$$;

-- Adds the batch's new events with their seq, broadcasts the frames and returns the changed session. `known` are the
-- ids that the session already has.
create function private.store_events(session public.ai_agent_sessions, events jsonb, known text[])
returns public.ai_agent_sessions
language plpgsql
set search_path = ''
as $$
declare
  added record;
  now_at timestamptz := greatest(session.last_event_at, clock_timestamp());
  latest_bytes integer := private.limit_of('latest_bytes');
  first_seq bigint := session.last_seq + 1;
begin
  with sent as materialized (
    select
      item.position,
      item.event ->> 'id' as id,
      item.event ->> 'type' as type,
      (item.event ->> 'at')::timestamptz as at,
      item.event -> 'data' as data
    from jsonb_array_elements(events) with ordinality as item (event, position)
  ),
  fresh as (
    select distinct on (sent.id) sent.*
    from sent
    where sent.id is null or sent.id <> all (known)
    order by sent.id, sent.position
  ),
  inserted as (
    insert into public.ai_stream_events (session_id, seq, id, type, at, data, received_at)
    select
      session.id,
      session.last_seq + row_number() over (order by fresh.position),
      fresh.id, fresh.type, fresh.at, fresh.data,
      now_at
    from fresh
    order by fresh.position
    returning seq, id, type, at, data
  ),
  event as materialized (
    select
      i.seq, i.type, i.data,
      jsonb_build_object('seq', i.seq, 'id', i.id, 'type', i.type, 'at', i.at, 'data', i.data) as shown
    from inserted i
  ),
  last_thought as (
    select
      event.seq,
      event.data ->> 'stream_id' as stream_id,
      event.data ->> 'done' = 'true' as is_done
    from event
    where event.type = 'thought'
    order by event.seq desc
    limit 1
  )
  select
    count(*) as events,
    array_agg(event.shown order by event.seq) as shown,
    array_agg(octet_length(event.shown::text) order by event.seq) as sizes,
    (array_agg(event.data ->> 'status' order by event.seq desc) filter (where event.type = 'status'))[1] as status,
    -- As in fold: an agent that works without sending a status has started too.
    coalesce(max(event.seq) filter (where event.type <> 'status'), 0)
      > coalesce(max(event.seq) filter (where event.type = 'status'), 0) as is_at_work,
    bool_or(event.type = 'status' and event.data ->> 'status' in ('done', 'offline')) as is_end,
    (array_agg(event.data order by event.seq desc) filter (where event.type = 'task'))[1] as task,
    (array_agg(event.data order by event.seq desc) filter (where event.type = 'goal'))[1] as goal,
    -- A streamed thought counts when it is done.
    count(*) filter (
      where event.type = 'thought' and (not event.data ? 'stream_id' or event.data ->> 'done' = 'true')
    ) as thoughts,
    count(*) filter (where event.type = 'code') as code,
    count(*) filter (where event.type = 'terminal') as terminal,
    count(*) filter (where event.type = 'error') as errors,
    bool_or(event.type = 'thought') as has_thought,
    (select last_thought.stream_id from last_thought) as stream_id,
    (select last_thought.stream_id from last_thought where last_thought.is_done is not true) as open_stream_id,
    (
      select string_agg(left(piece.data ->> 'content', latest_bytes), '' order by piece.seq)
      from event piece, last_thought
      where piece.seq = last_thought.seq
        or (piece.type = 'thought' and piece.data ->> 'stream_id' = last_thought.stream_id)
    ) as latest
  into added
  from event;

  if session.visibility <> 'private' then
    perform private.send_frames(private.topic_of(session), first_seq, added.shown, added.sizes);
  end if;

  update public.ai_agent_sessions s
  set
    last_seq = s.last_seq + added.events,
    status = case
      when added.is_at_work and coalesce(added.status, s.status) = 'starting' then 'live'
      else coalesce(added.status, s.status)
    end,
    task = coalesce(private.task_of(added.task), s.task),
    goal = coalesce(private.task_of(added.goal), s.goal),
    latest = case
      when not added.has_thought then s.latest
      when added.stream_id = s.latest_stream_id then private.cut(s.latest || added.latest, latest_bytes)
      else private.cut(added.latest, latest_bytes)
    end,
    latest_stream_id = case when added.has_thought then added.open_stream_id else s.latest_stream_id end,
    thought_count = s.thought_count + added.thoughts,
    code_count = s.code_count + added.code,
    terminal_count = s.terminal_count + added.terminal,
    error_count = s.error_count + added.errors,
    last_event_at = now_at,
    active_at = case when s.active_at < now_at - interval '5 minutes' then now_at else s.active_at end,
    ended_at = case when added.is_end then now_at end
  where s.id = session.id
  returning s.* into session;
  return session;
exception
  -- The functions validate first. An error here is a difference between them and the checks, and still the sender's
  -- fault.
  when data_exception or integrity_constraint_violation then
    perform private.refuse(422, 'invalid_event', 'Cannot append events: one of them breaks a rule of the contract.');
    -- Not reached, but plpgsql_check asks for it.
    return null;
end
$$;

-- {title, description?} of a task or goal event.
create function private.task_of(data jsonb) returns jsonb
language sql immutable parallel safe
set search_path = ''
as $$
select case when data is not null then jsonb_strip_nulls(
  jsonb_build_object('title', data -> 'title', 'description', data -> 'description')
) end
$$;

-- `batch`: IngestRequest of wire.ts, every event with id and at.
-- Returns {session_id, accepted, duplicates, last_seq, viewers, messages: Message[]}.
-- Refuses: unknown_key, wrong_agent, rate_limited, quota_exceeded, session_not_found, session_ended, invalid_event,
-- invalid_request.
create function public.append_events(key_hash text, batch jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
-- Plans made while the tables are small would be kept as they grow.
set enable_seqscan = off
as $$
declare
  reply jsonb;
  agent text := private.agent_of_key(key_hash);
  events jsonb := batch -> 'events';
  event_ids text[];
  known text[];
  fresh_count integer;
  is_new boolean;
  before public.ai_agent_sessions;
  session public.ai_agent_sessions;
begin
  if batch ->> 'agent_id' is distinct from agent then
    perform private.refuse(403, 'wrong_agent', 'Cannot append events: the key belongs to another agent.');
  end if;
  perform private.take_token('ingest', agent);
  perform private.open_stored_bytes(agent);
  if jsonb_typeof(events) is distinct from 'array'
    or jsonb_array_length(events) not between 1 and private.limit_of('batch_events')
  then
    perform private.refuse(422, 'invalid_request', 'Cannot append events: a batch has 1 to 500 events.');
  end if;
  event_ids := array(select distinct e ->> 'id' from jsonb_array_elements(events) as e);

  if batch ->> 'session_id' is not null or batch ->> 'start_session' is not null then
    select s.* into session
    from public.ai_agent_sessions s
    where s.id = coalesce(batch ->> 'session_id', batch ->> 'start_session')::uuid and s.agent_id = agent
    for no key update;
    if not found and batch ->> 'session_id' is null then
      session := private.start_session((batch ->> 'start_session')::uuid, agent);
    end if;
    if session.agent_id is distinct from agent then
      perform private.refuse(404, 'session_not_found', 'Cannot append events: the agent has no such session.');
    end if;
  else
    session := private.open_session(agent, event_ids);
  end if;

  before := session;
  is_new := session.last_seq = 0;
  known := case when is_new then '{}' else array(
    select e.id
    from public.ai_stream_events e
    where e.session_id = session.id and e.id = any (event_ids)
  ) end;
  fresh_count := cardinality(event_ids) - cardinality(known);

  if fresh_count > 0 then
    if session.ended_at is not null then
      perform private.refuse(
        409, 'session_ended', 'Cannot append events: the session has ended. Leave session_id out or start a new one.'
      );
    end if;
    if session.last_event_at <= now() - private.time_of('session_idle_ms') then
      perform private.require_room(agent);
    end if;
    perform private.take_bytes(agent, pg_column_size(events));
    session := private.store_events(session, events, known);
    perform private.send_head(
      session,
      is_new
        or session.status <> before.status
        or session.task is distinct from before.task
        or session.goal is distinct from before.goal
        -- Use the whole thought: the lobby would otherwise show half of it until the next event.
        or (before.latest_stream_id is not null and session.latest_stream_id is null),
      is_new or session.ended_at is not null
    );
  end if;
  perform private.touch_key(key_hash);

  reply := jsonb_build_object(
    'session_id', session.id,
    'accepted', fresh_count,
    'duplicates', jsonb_array_length(events) - fresh_count,
    'last_seq', session.last_seq,
    'viewers', private.believed_viewers(session.id),
    'messages', case
      when session.messages_to = 0 then '[]'
      else private.take_messages(
        session.id, (batch ->> 'messages_after')::bigint, private.limit_of('page_rows')::integer
      )
    end
  );
  perform private.sweep_buckets();
  return reply;
end
$$;
grant execute on function public.append_events(text, jsonb) to service_role;
