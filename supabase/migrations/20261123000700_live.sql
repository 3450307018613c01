-- Live sessions: who may listen, who is watching, and the broadcasts. Channels are private topics. A policy lets
-- viewers receive; no policy allows insert, so only the database sends (invariant 7).
-- The name of a topic is the right to hear it: `session:<id>` while the session is public, else `session:<id>:<key>`.
-- Heads give the random key to readers who may watch, and every change of visibility replaces it (invariant 9).
-- Kulti broadcasts nothing about a private session, and tells the lobby nothing about an unlisted one.
-- Trigger on session_air: count_watching (1400_stats_counting).

-- Logged, because read replicas can't read unlogged tables.
create table private.viewers (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  -- The start of caller_address(), and caller_network().
  address bytea not null,
  network bigint not null,
  viewer_id text not null,
  first_seen_at timestamptz not null,
  seen_at timestamptz not null,
  -- Up to some minutes later than seen_at. An index on seen_at itself would make every touch write to every index of
  -- this table.
  kept_until timestamptz not null,
  -- Serves the counts of a session's viewers.
  primary key (session_id, address, viewer_id),
  constraint viewer_id_size check (octet_length(viewer_id) between 1 and private.limit_of('viewer_id_bytes')),
  constraint address_size check (octet_length(address) = 8)
) with (fillfactor = 70);

-- Serves the count of a network's viewers when another comes. A touch of a known viewer does not write to it.
create index viewers_by_network on private.viewers (session_id, network);

-- Serves the removal of viewers who have left.
create index viewers_by_end on private.viewers (kept_until);

-- The broadcasting state of a session, in its own table so that viewers never wait for appends.
create table private.session_air (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade,
  -- The secret part of the topic while the session is not public.
  topic_key text not null default replace(gen_random_uuid()::text, '-', ''),
  head_sent_at timestamptz not null default '-infinity',
  -- Buckets as in private.rate_buckets: when each place may get a full `head_burst` again.
  heads_full_at timestamptz not null default '-infinity',
  lobby_full_at timestamptz not null default '-infinity',
  viewers_sent integer not null default 0,
  -- At the last count: all viewers, and those who have stayed.
  counted_at timestamptz not null default '-infinity',
  viewers_now integer not null default 0,
  viewers_stayed integer not null default 0,
  -- The most viewers that may be believed at the last count.
  viewers_credible real not null default 0,
  -- The most who had stayed at any count (1400_stats_counting).
  viewers_peak integer not null default 0,
  constraint topic_key_form check (topic_key ~ '^[0-9a-f]{32}$')
) with (fillfactor = 70);

-- The number of agents that share the lobby. One row, recounted at most every ten seconds.
create table private.lobby_air (
  is_only_row boolean primary key default true check (is_only_row),
  live_agents integer not null default 0,
  counted_at timestamptz not null default '-infinity'
);
insert into private.lobby_air default values;

alter table private.lobby_air enable row level security;
create policy "nobody" on private.lobby_air for all using (false);
alter table private.viewers enable row level security;
alter table private.session_air enable row level security;
create policy "nobody" on private.viewers for all using (false);
create policy "nobody" on private.session_air for all using (false);

create function private.topic_name(of_session uuid, visibility text, topic_key text) returns text
language sql immutable parallel safe
set search_path = ''
as $$ select 'session:' || of_session || case when visibility = 'public' then '' else ':' || topic_key end $$;

create function private.topic_of(session public.ai_agent_sessions) returns text
language plpgsql stable
set search_path = ''
as $$
begin
  if session.visibility = 'public' then
    return 'session:' || session.id;
  end if;
  return (
    select private.topic_name(session.id, session.visibility, air.topic_key)
    from private.session_air air
    where air.session_id = session.id
  );
end
$$;

-- Whether a viewer may join a topic: the lobby, or a session's topic by its current name. Any other topic returns
-- false, not an error.
create function private.may_watch(topic text) returns boolean
language sql stable security definer
set search_path = ''
as $$
select case
  when topic = 'lobby' then true
  when topic ~ '^session:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(:[0-9a-f]{32})?$' then exists (
    select 1
    from public.ai_agent_sessions s
    where s.id = substr(topic, 9, 36)::uuid and topic = private.topic_of(s)
  )
  else false
end
$$;
grant execute on function private.may_watch(text) to anon, authenticated;

-- On hosted projects supautils lets `postgres` create policies on this table of supabase_realtime_admin, but nothing
-- else: not even COMMENT ON POLICY.
create policy "viewers receive" on realtime.messages
  for select to anon, authenticated
  using (extension = 'broadcast' and private.may_watch((select realtime.topic())));

-- Viewers at the last count. Every touch of a viewer may recount, so if the last count is old, they have all left.
create function private.count_viewers(of_session uuid) returns integer
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce((
    select air.viewers_now
    from private.session_air air
    where air.session_id = of_session and air.counted_at > now() - private.time_of('viewer_idle_ms')
  ), 0);
end
$$;

-- The number of viewers that sets the agent's flush_ms. SQL can't see who has joined Realtime, so anybody may make up
-- viewers. Two errors are possible. Believing too few makes the agent send more often than Realtime delivers: it
-- drops frames and closes channels, and viewers read what they missed from the table, which costs reads and no data.
-- Believing too many makes the agent gather for longer: its events come late, by a known maximum (flush.ts). Both
-- cost about the same for the viewers, so neither is ruled out at the expense of the other:
-- - Networks are expensive to get, so they bound how many count at all. A crowd behind one address counts for less
--   than it is.
-- - The first 16 count at once, and so do two more for each who has stayed, so that an audience that grows at a
--   natural pace counts in full.
-- - The part of a sudden crowd that counts doubles: 500 after two and a half minutes. A real crowd has closed some
--   channels by then, which join again; a made-up one must be kept up for as long as its effect is to last.
create function private.believed_viewers(of_session uuid) returns integer
language plpgsql stable
set search_path = ''
as $$
begin
  return coalesce((
    select least(air.viewers_now, 16 + 2 * air.viewers_stayed, floor(air.viewers_credible)::integer)
    from private.session_air air
    where air.session_id = of_session and air.counted_at > now() - private.time_of('viewer_idle_ms')
  ), 0);
end
$$;

-- Records a viewer. An address counts for at most `viewers_per_address` viewers of a session, a network for at most
-- `viewers_per_network`; more get an answer but no row. Rows of viewers who have left make room. Touches at the same
-- moment may exceed that by a few; a lock would make the viewers of one office wait for each other.
create function private.note_viewer(of_session uuid, of_viewer text) returns void
language plpgsql
set search_path = ''
as $$
declare
  of_address bytea := substr(decode(private.caller_address(), 'hex'), 1, 8);
  of_network bigint;
  oldest_seen_at timestamptz := now() - private.time_of('viewer_idle_ms');
  from_address bigint;
  from_network bigint;
begin
  update private.viewers v
  set
    first_seen_at = case when v.seen_at > oldest_seen_at then v.first_seen_at else now() end,
    seen_at = now(),
    kept_until = case when v.kept_until < now() + interval '2 minutes' then now() + interval '10 minutes' else v.kept_until end
  where v.session_id = of_session and v.address = of_address and v.viewer_id = of_viewer;
  if found then
    return;
  end if;
  of_network := private.caller_network();
  delete from private.viewers v
  where v.session_id = of_session and v.network = of_network and v.seen_at <= oldest_seen_at;
  select count(*) filter (where v.address = of_address), count(*)
  into from_address, from_network
  from private.viewers v
  where v.session_id = of_session and v.network = of_network;
  if from_address >= private.setting_of('viewers_per_address') or from_network >= private.setting_of('viewers_per_network') then
    return;
  end if;
  insert into private.viewers (session_id, address, network, viewer_id, first_seen_at, seen_at, kept_until)
  values (of_session, of_address, of_network, of_viewer, now(), now(), now() + interval '10 minutes')
  on conflict (session_id, address, viewer_id) do update set seen_at = excluded.seen_at;
end
$$;

-- Recounts a session's viewers, unless another call is counting or the last count is recent. Up to a hundred are
-- counted each time; with more the pause grows: counting 100,000 takes 20 ms, every ten seconds. Returns true if the
-- head's number of viewers has changed. The row stays locked until the end of the transaction.
create function private.recount_viewers(of_session uuid) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  air private.session_air;
  all_viewers integer;
  stayed integer;
  credible real := 16;
begin
  select a.* into air
  from private.session_air a
  where a.session_id = of_session
    and a.counted_at <= clock_timestamp() - greatest(least(a.viewers_now, 200000) - 100, 0) * interval '0.1 milliseconds'
  for update skip locked;
  if not found then
    return false;
  end if;
  select count(*), count(*) filter (where v.seen_at >= v.first_seen_at + interval '30 seconds')
  into all_viewers, stayed
  from private.viewers v
  where v.session_id = of_session and v.seen_at > now() - private.time_of('viewer_idle_ms');
  if air.viewers_now <> all_viewers
    or air.viewers_stayed <> stayed
    or air.counted_at < clock_timestamp() - interval '5 seconds'
    or all_viewers > 1000
  then
    if air.counted_at > now() - private.time_of('viewer_idle_ms') then
      credible := greatest(16, least(
        all_viewers,
        air.viewers_credible * 2 ^ least(
          60, extract(epoch from clock_timestamp() - air.counted_at) * 1000 / private.setting_of('viewers_doubling_ms')
        )
      ));
    end if;
    update private.session_air a
    set viewers_now = all_viewers, viewers_stayed = stayed, viewers_credible = credible, counted_at = clock_timestamp()
    where a.session_id = of_session;
  end if;
  return air.viewers_sent <> all_viewers;
end
$$;

-- In PL/pgSQL, which keeps the plans: in SQL, find_sessions took 8.3 ms for 50 rows instead of 4.
-- `known_live_count`: the number of the agent's live sessions, if a list has counted them already.
create function private.head_of(session public.ai_agent_sessions, known_live_count integer default null)
returns public.head
language plpgsql stable
set search_path = ''
as $$
declare
  agent record;
  idle_after interval := private.time_of('session_idle_ms');
  is_live boolean := session.ended_at is null and session.last_event_at > now() - idle_after;
  live_count integer := is_live::integer;
begin
  -- The head of an agent that is not public reveals no other session. Not private.live_sessions(): that is one more
  -- call per row.
  if is_live and known_live_count is not null then
    live_count := known_live_count;
  elsif is_live and session.visibility = 'public' then
    select count(*)::integer into live_count
    from public.ai_agent_sessions s
    where s.agent_id = session.agent_id
      and s.ended_at is null
      and s.active_at > now() - idle_after - interval '5 minutes'
      and s.last_event_at > now() - idle_after;
  end if;
  select a.name, a.avatar_url into agent from public.ai_agents a where a.agent_id = session.agent_id;
  return row(
    session.id,
    session.agent_id,
    agent.name,
    agent.avatar_url,
    session.status,
    session.task,
    session.goal,
    session.latest,
    session.last_seq,
    session.messages_to,
    private.count_viewers(session.id),
    jsonb_build_object(
      'thoughts', session.thought_count,
      'code', session.code_count,
      'terminal', session.terminal_count,
      'errors', session.error_count
    ),
    session.started_at,
    session.last_event_at,
    session.ended_at,
    is_live,
    live_count,
    session.listed,
    session.rewritten_at,
    case when session.visibility = 'public' then 'session:' || session.id else private.topic_of(session) end
  )::public.head;
end
$$;

-- The pause between an agent's heads in the lobby. All live agents get equal shares, so that no agent drowns out
-- another.
create function private.lobby_interval() returns interval
language plpgsql
set search_path = ''
as $$
declare
  lobby private.lobby_air;
begin
  select l.* into lobby from private.lobby_air l;
  if lobby.counted_at < clock_timestamp() - interval '10 seconds' then
    -- If the row is locked, use the last count.
    select l.* into lobby from private.lobby_air l for no key update skip locked;
    if found then
      update private.lobby_air l
      set
        counted_at = clock_timestamp(),
        live_agents = (
          select count(distinct s.agent_id)
          from public.ai_agent_sessions s
          where s.visibility = 'public'
            and s.ended_at is null
            and s.active_at > now() - private.time_of('session_idle_ms')
        )
      where l.is_only_row
      returning l.* into lobby;
    end if;
  end if;
  return greatest(
    private.duration_of('head_interval_ms'), coalesce(lobby.live_agents, 0) * private.duration_of('lobby_head_ms')
  );
end
$$;

-- Whether the lobby shows this session: it shows the agent's live session that started last.
create function private.is_on_lobby(session public.ai_agent_sessions) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return session.visibility = 'public'
    and private.is_live(session)
    and not exists (
      select 1
      from public.ai_agent_sessions other
      where other.agent_id = session.agent_id
        and other.ended_at is null
        and other.active_at > now() - private.time_of('session_idle_ms') - interval '5 minutes'
        and other.last_event_at > now() - private.time_of('session_idle_ms')
        and (other.started_at, other.id) > (session.started_at, session.id)
    );
end
$$;

-- Broadcasts the head to the session's channel, and to the lobby if the lobby shows the session. A head with news is
-- sent at once while `head_burst` allows; any other is sent when the last one is `head_interval_ms` old. A head that is
-- held back is sent with the next append or the next call of a viewer. An agent that waits for a human may be silent
-- after it, so its head has as many tokens again. The first and the last head of a session are never held back and
-- always reach the lobby, because session starts are already limited.
create function private.send_head(session public.ai_agent_sessions, is_news boolean, is_turn boolean default false)
returns void
language plpgsql
set search_path = ''
as $$
declare
  at_time timestamptz := clock_timestamp();
  head_interval interval := private.duration_of('head_interval_ms');
  times_burst integer := case when session.status in ('waiting', 'error') then 2 else 1 end;
  shared_interval interval;
  payload jsonb;
begin
  if session.visibility = 'private' then
    return;
  end if;
  update private.session_air air
  set
    head_sent_at = at_time,
    heads_full_at = greatest(air.heads_full_at, at_time) + head_interval,
    viewers_sent = private.count_viewers(session.id)
  where air.session_id = session.id
    and (
      is_turn
      or air.head_sent_at <= at_time - head_interval
      or (
        is_news
        and air.heads_full_at <= at_time + (times_burst * private.setting_of('head_burst') - 1) * head_interval
      )
    );
  if not found then
    return;
  end if;
  -- A change of visibility holds the row just locked, and a viewer's touch read the session before that.
  select s.* into session
  from public.ai_agent_sessions s
  where s.id = session.id and s.visibility <> 'private';
  if not found then
    return;
  end if;
  payload := to_jsonb(private.head_of(session));
  perform realtime.send(payload, 'head', payload ->> 'topic', true);
  if session.visibility <> 'public' or not (is_turn or private.is_on_lobby(session)) then
    return;
  end if;
  shared_interval := private.lobby_interval();
  update private.session_air air
  set lobby_full_at = greatest(air.lobby_full_at, at_time) + shared_interval
  where air.session_id = session.id
    and (is_turn or air.lobby_full_at <= at_time + (times_burst * private.setting_of('head_burst') - 1) * shared_interval);
  if found then
    perform realtime.send(payload, 'head', 'lobby', true);
  end if;
end
$$;

-- Broadcasts stored events, given in the order of seq with their sizes as JSON text, in as few frames as the frame
-- limit allows. It announces an event by its seq alone if the event is too large for any frame or beyond
-- `batch_frames`; viewers read it from the table (invariant 1).
create function private.send_frames(topic text, first_seq bigint, events jsonb[], sizes integer[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  -- The rest of a frame: from_seq, to_seq, and the id that Realtime adds.
  room bigint := private.limit_of('frame_bytes') - 200;
  max_frames bigint := private.setting_of('batch_frames');
  frame_count bigint := 0;
  event_count integer := cardinality(events);
  first integer := 1;
  last integer;
  fits boolean;
begin
  while first <= event_count loop
    frame_count := frame_count + 1;
    select coalesce(max(packed.position), first) into last
    from (
      select n as position, sum(sizes[n] + 2) over (order by n) as total
      from generate_series(first, event_count) as n
    ) packed
    where packed.total <= room;
    fits := sizes[first] + 2 <= room;
    if frame_count = max_frames and last < event_count then
      last := event_count;
      fits := false;
    end if;
    perform realtime.send(
      jsonb_build_object(
        'from_seq', first_seq + first - 1,
        'to_seq', first_seq + last - 1,
        'events', case when fits then to_jsonb(events[first:last]) else '[]' end
      ),
      'frame', topic, true
    );
    first := last + 1;
  end loop;
end
$$;
