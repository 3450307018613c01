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
  viewers_sent integer not null default 0
) with (fillfactor = 70);

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
    session.ended_at is null and session.last_event_at > now() - private.time_of('session_idle_ms')
  )::public.head;
end
$$;

-- Broadcasts the head to the session's channel, and to the lobby when it is public: at once when it is news, else not
-- more often than `head_interval_ms`.
create function private.send_head(session public.ai_agent_sessions, is_news boolean) returns void
language plpgsql
set search_path = ''
as $$
declare
  payload jsonb;
begin
  if session.visibility = 'private' then
    return;
  end if;
  update private.session_air air
  set head_sent_at = clock_timestamp(), viewers_sent = private.count_viewers(session.id)
  where air.session_id = session.id
    and (is_news or air.head_sent_at <= clock_timestamp() - private.duration_of('head_interval_ms'));
  if not found then
    return;
  end if;
  payload := to_jsonb(private.head_of(session));
  perform realtime.send(payload, 'head', 'session:' || session.id, true);
  if session.visibility = 'public' then
    perform realtime.send(payload, 'head', 'lobby', true);
  end if;
end
$$;

-- Broadcasts stored events, given in the order of seq with their sizes as JSON text, in as few frames as their limit
-- allows. An event too large for any frame is announced by its seq alone.
create function private.send_frames(topic text, first_seq bigint, events jsonb[], sizes integer[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  -- Besides the events: from_seq, to_seq, and the id that Realtime adds.
  room bigint := private.limit_of('frame_bytes') - 200;
  event_count integer := cardinality(events);
  first integer := 1;
  last integer;
begin
  while first <= event_count loop
    select coalesce(max(packed.position), first) into last
    from (
      select n as position, sum(sizes[n] + 2) over (order by n) as total
      from generate_series(first, event_count) as n
    ) packed
    where packed.total <= room;
    perform realtime.send(
      jsonb_build_object(
        'from_seq', first_seq + first - 1,
        'to_seq', first_seq + last - 1,
        'events', case when sizes[first] + 2 <= room then to_jsonb(events[first:last]) else '[]' end
      ),
      'frame', topic, true
    );
    first := last + 1;
  end loop;
end
$$;
