-- What is on the air: who may listen, who is watching, and the broadcasts. Channels are private topics,
-- `session:<id>` and `lobby`; a policy lets viewers receive, and as there is none for insert, only the database sends
-- (invariant 7). Nothing of a private session is ever sent, of an unlisted one nothing to the lobby.

-- Logged, since read replicas can't read unlogged tables and a head counts viewers.
create table private.viewers (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  viewer_id text not null,
  seen_at timestamptz not null,
  -- Serves the count of a session's viewers.
  primary key (session_id, viewer_id),
  constraint viewer_id_size check (octet_length(viewer_id) between 1 and private.limit_of('viewer_id_bytes'))
) with (fillfactor = 70);

-- What was last broadcast of a session. Apart from the session, so that viewers never wait for appends.
create table private.session_air (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade,
  head_sent_at timestamptz not null default '-infinity',
  -- Buckets as in private.rate_buckets: when all of `head_burst` may be sent at once again, to each place.
  heads_full_at timestamptz not null default '-infinity',
  lobby_full_at timestamptz not null default '-infinity',
  viewers_sent integer not null default 0
) with (fillfactor = 70);

-- How many agents share the lobby. One row, counted anew at most every ten seconds.
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

-- Whether a viewer may join a topic. Anything that is no topic of ours gets false, not an error.
create function private.may_watch(topic text) returns boolean
language sql stable security definer
set search_path = ''
as $$
select case
  when topic = 'lobby' then true
  when topic ~ '^session:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then exists (
    select 1
    from public.ai_agent_sessions s
    where s.id = substr(topic, 9)::uuid and s.visibility <> 'private'
  )
  else false
end
$$;
grant execute on function private.may_watch(text) to anon, authenticated;

-- supautils lets a hosted `postgres` create policies on this table of supabase_realtime_admin, and nothing more: not
-- even a COMMENT ON POLICY.
create policy "viewers receive" on realtime.messages
  for select to anon, authenticated
  using (extension = 'broadcast' and private.may_watch((select realtime.topic())));

-- Distinct viewers seen lately.
create function private.count_viewers(of_session uuid) returns integer
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select count(*)::integer
    from private.viewers v
    where v.session_id = of_session and v.seen_at > now() - private.time_of('viewer_idle_ms')
  );
end
$$;

-- In PL/pgSQL, which keeps the plans: with this and count_viewers in SQL, find_sessions took 8.3 ms for 50 rows instead
-- of 4.
create function private.head_of(session public.ai_agent_sessions) returns public.head
language plpgsql stable
set search_path = ''
as $$
declare
  agent record;
  is_live boolean := session.ended_at is null and session.last_event_at > now() - private.time_of('session_idle_ms');
begin
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
    -- Of an agent that is not public, a head tells of no other session.
    case when session.visibility = 'public' then (private.live_sessions(session.agent_id)).live_count else is_live::integer end,
    session.listed
  )::public.head;
end
$$;

-- How long an agent waits between two heads in the lobby: all live agents have equal shares of it, so that nobody's news
-- is drowned by another's.
create function private.lobby_interval() returns interval
language plpgsql
set search_path = ''
as $$
declare
  lobby private.lobby_air;
begin
  select l.* into lobby from private.lobby_air l;
  if lobby.counted_at < clock_timestamp() - interval '10 seconds' then
    -- Whoever finds the row locked goes by the last count.
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

-- Whether the lobby shows this session: of an agent's live ones it shows the one that started last.
create function private.is_on_lobby(session public.ai_agent_sessions) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return session.visibility = 'public' and not exists (
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

-- Broadcasts the head to the session's channel, and to the lobby if that shows the session. A head with news goes at
-- once while `head_burst` allows, any other when the last one is `head_interval_ms` old; what is held back goes with the
-- next append, or the next call of a viewer. An agent that waits for a human may be silent then, so its head has as many
-- tokens again. The first and the last head of a session are never held back, nor kept from the lobby: how often a
-- session starts is bounded already.
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
  payload := to_jsonb(private.head_of(session));
  perform realtime.send(payload, 'head', 'session:' || session.id, true);
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

-- Broadcasts stored events, given in the order of seq with their sizes as JSON text, in as few frames as their limit
-- allows. An event too large for any frame is announced by its seq alone, and so is what does not fit into
-- `batch_frames`: viewers read it from the table (invariant 1).
create function private.send_frames(topic text, first_seq bigint, events jsonb[], sizes integer[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  -- Besides the events: from_seq, to_seq, and the id that Realtime adds.
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
