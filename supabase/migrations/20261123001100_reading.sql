-- The RPCs of viewers, as pairs (see the foundation): anyone who knows its id may read an unlisted session, which no
-- policy can express. A private session looks like a missing one.
-- Public RPCs return one JSON value, not rows: PostgREST lets the caller filter and sort rows with any expressions,
-- and 300 of them over a page took 3 s.

-- Refuses a session that viewers may not see.
create function private.require_visible(of_session uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform 1 from public.ai_agent_sessions s where s.id = of_session and s.visibility <> 'private';
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot read the session: it does not exist.');
  end if;
end
$$;

-- One branch per index. In the lists of all agents, an agent has one live session, the one that started last, so that
-- no agent fills the list and no row jumps, and up to `listed_sessions_per_day` ended ones. When more than 200 agents
-- are live, the networks that registered them take turns: the newest of each network, then the second of each, and so
-- on. The first 200 in this order are listed by their start, like everything else; the others are the crowd and come
-- after all other rows. So puppets from a few networks crowd nobody out. An agent without a network counts as a network
-- of its own. The number 200 is fixed: turns among the rows of a short page would show which agents share a network.
-- `before` is the start of a row: if a row of the crowd has it, the page goes on inside the crowd. If that row has
-- disappeared meanwhile, some rows appear twice and none is lost.
create function private.find_sessions(of_agent text, live boolean, before timestamptz, max_rows integer)
returns setof public.head
language plpgsql stable security definer
set search_path = ''
as $$
declare
  oldest_event_at timestamptz := now() - private.time_of('session_idle_ms');
  oldest_active_at timestamptz := oldest_event_at - interval '5 minutes';
begin
  before := coalesce(before, 'infinity');
  max_rows := least(greatest(coalesce(max_rows, 50), 1), 200);
  if of_agent is not null and live then
    return query
    select h.*
    from (
      select s
      from public.ai_agent_sessions s
      where s.agent_id = of_agent
        and s.visibility = 'public'
        and s.ended_at is null
        and s.active_at > oldest_active_at
        and s.last_event_at > oldest_event_at
        and s.started_at < before
      order by s.started_at desc
      limit max_rows
    ) found, private.head_of(found.s) h
    order by h.started_at desc;
  elsif of_agent is not null then
    return query
    select h.*
    from (
      select s
      from public.ai_agent_sessions s
      where s.agent_id = of_agent
        and s.visibility = 'public'
        and s.started_at < before
        and (live is null or s.ended_at is not null or s.last_event_at <= oldest_event_at)
      order by s.started_at desc
      limit max_rows
    ) found, private.head_of(found.s) h
    order by h.started_at desc;
  else
    return query
    with on_stage as materialized (
      -- By bytes (collation C): Postgres may sort to group, and sorting 2,000 live sessions by a language took 5 ms.
      select
        s.agent_id collate "C" as agent_id, max(s.started_at) as started_at, count(*)::integer as live_count,
        count(*) over () > 200 as is_crowded
      from public.ai_agent_sessions s
      where live is not false
        and s.visibility = 'public'
        and s.ended_at is null
        and s.active_at > oldest_active_at
        and s.last_event_at > oldest_event_at
      group by s.agent_id collate "C"
    ),
    turns as materialized (
      select named.*, row_number() over (partition by named.network order by named.started_at desc) as turn
      from (
        select
          o.*,
          -- A subquery, so that Postgres never reads the networks of all agents.
          case when o.is_crowded then coalesce(
            (select n.network from private.agent_networks n where n.agent_id = o.agent_id),
            hashtextextended(o.agent_id, 0)
          ) end as network
        from on_stage o
        offset 0
      ) named
    ),
    last_listed as materialized (
      select t.turn, t.started_at
      from turns t
      where t.is_crowded
      order by t.turn, t.started_at desc
      offset 199
      limit 1
    ),
    placed as materialized (
      select t.agent_id, t.started_at, t.live_count, coalesce((t.turn, l.started_at) > (l.turn, t.started_at), false) as in_crowd
      from turns t
      left join last_listed l on true
    ),
    page as (
      select exists (select 1 from placed p where p.in_crowd and p.started_at = before) as goes_on_in_crowd
    )
    select h.*
    from (
      select shown.*
      from (
        select newest.id, chosen.started_at, chosen.live_count, chosen.in_crowd
        from (
          select p.*
          from placed p, page
          where case
            when page.goes_on_in_crowd then p.in_crowd and p.started_at < before
            else p.in_crowd or p.started_at < before
          end
          order by p.in_crowd, p.started_at desc
          limit max_rows
        ) chosen
        cross join lateral (
          select s.id
          from public.ai_agent_sessions s
          where s.agent_id = chosen.agent_id collate "default" and s.started_at = chosen.started_at and s.ended_at is null
          limit 1
        ) newest
        union all
        (
          select s.id, s.started_at, null, false
          from public.ai_agent_sessions s
          where live is not true
            and not (select page.goes_on_in_crowd from page)
            and s.visibility = 'public'
            and s.listed
            and (s.ended_at is not null or s.last_event_at <= oldest_event_at)
            and s.started_at < before
          order by s.started_at desc
          limit max_rows
        )
      ) shown
      order by shown.in_crowd, shown.started_at desc
      limit max_rows
    ) found
    join public.ai_agent_sessions s using (id), private.head_of(s, found.live_count) h
    order by found.in_crowd, h.started_at desc;
  end if;
end
$$;
grant execute on function private.find_sessions(text, boolean, timestamptz, integer)
  to anon, authenticated, service_role;

-- Public sessions, newest start first, the crowd last; `before` is the started_at of the last row of the previous page.
-- At most 200.
-- Without agent_id: one live session per agent, and the listed ended ones.
create function public.find_sessions(
  agent_id text default null, live boolean default null, before timestamptz default null, max_rows integer default 50
)
returns json
language sql stable
set search_path = ''
as $$
select coalesce(json_agg(h), '[]') from private.find_sessions(agent_id, live, before, max_rows) h
$$;
grant execute on function public.find_sessions(text, boolean, timestamptz, integer)
  to anon, authenticated, service_role;

create function private.session_head(of_session uuid) returns public.head
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_visible(of_session);
  return (select private.head_of(s) from public.ai_agent_sessions s where s.id = of_session);
end
$$;
grant execute on function private.session_head(uuid) to anon, authenticated, service_role;

-- One Head. Refuses: session_not_found.
create function public.session_head(session_id uuid) returns json
language sql stable
set search_path = ''
as $$ select to_json(private.session_head(session_id)) $$;
grant execute on function public.session_head(uuid) to anon, authenticated, service_role;

create function private.session_events(of_session uuid, after_seq bigint, max_rows integer)
returns table (seq bigint, id text, type text, at timestamptz, data jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_visible(of_session);
  return query
  select page.seq, page.id, page.type, page.at, page.data
  from (
    select
      e.seq, e.id, e.type, e.at, e.data,
      sum(e.size_bytes) over (order by e.seq) as total_bytes,
      row_number() over (order by e.seq) as position
    from public.ai_stream_events e
    where e.session_id = of_session and e.seq > coalesce(after_seq, 0)
    order by e.seq
    limit least(greatest(coalesce(max_rows, 1000), 1), private.limit_of('page_rows'))
  ) page
  where page.total_bytes <= private.limit_of('page_bytes') or page.position = 1
  order by page.seq;
end
$$;
grant execute on function private.session_events(uuid, bigint, integer) to anon, authenticated, service_role;

-- StoredEvents with seq > `after_seq`, ascending. A page ends at `max_rows`, `page_rows` or `page_bytes` and is empty
-- only when nothing is left. Refuses: session_not_found.
create function public.session_events(session_id uuid, after_seq bigint default 0, max_rows integer default 1000)
returns json
language sql stable
set search_path = ''
as $$
select coalesce(json_agg(e), '[]') from private.session_events(session_id, after_seq, max_rows) e
$$;
grant execute on function public.session_events(uuid, bigint, integer) to anon, authenticated, service_role;

create function private.session_messages(of_session uuid, after bigint, max_rows integer)
returns table (seq bigint, id uuid, session_id uuid, sender text, name text, text text, at timestamptz)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform private.require_visible(of_session);
  return query
  select page.seq, page.id, page.session_id, page.sender, page.name, page.text, page.at
  from (
    select m.*, sum(octet_length(m.text) + 256) over (order by m.seq) as total_bytes
    from public.ai_stream_messages m
    where m.session_id = of_session and m.seq > coalesce(after, 0)
    order by m.seq
    limit least(greatest(coalesce(max_rows, 200), 1), private.limit_of('page_rows'))
  ) page
  where page.total_bytes <= private.limit_of('page_bytes')
  order by page.seq;
end
$$;
grant execute on function private.session_messages(uuid, bigint, integer) to anon, authenticated, service_role;

-- Messages with seq > `after`, ascending. A page ends at `max_rows`, `page_rows` or `page_bytes` and is empty only when
-- nothing is left. Refuses: session_not_found.
create function public.session_messages(session_id uuid, after bigint default 0, max_rows integer default 200)
returns json
language sql stable
set search_path = ''
as $$
select coalesce(json_agg(m), '[]') from private.session_messages($1, $2, $3) m
$$;
grant execute on function public.session_messages(uuid, bigint, integer) to anon, authenticated, service_role;

create function private.touch_viewer(of_session uuid, of_viewer text) returns public.head
language plpgsql security definer
set search_path = ''
as $$
declare
  session public.ai_agent_sessions;
  is_recounted boolean;
begin
  -- Presence lost in a crash is back within 15 s, so do not wait for the disk.
  perform set_config('synchronous_commit', 'off', true);
  perform private.require_visible(of_session);
  if (octet_length(of_viewer) between 1 and private.limit_of('viewer_id_bytes')) is not true then
    perform private.refuse(422, 'invalid_request', 'Cannot count the viewer: viewer_id must have 1 to 64 bytes.');
  end if;
  perform private.note_viewer(of_session, of_viewer);

  select s.* into session from public.ai_agent_sessions s where s.id = of_session;
  is_recounted := private.recount_viewers(of_session);
  -- Only of a live session: otherwise one caller makes two broadcasts of every replay it touches.
  if private.is_live(session) and (
    is_recounted
    -- The head of the last events may have been held back, too soon after the previous one.
    or exists (
      select 1
      from private.session_air air
      where air.session_id = of_session and air.head_sent_at < session.last_event_at
    )
  ) then
    perform private.send_head(session, false);
  end if;
  -- Removes viewers who have left any session: nobody may touch an ended one again. Every twentieth call removes at
  -- most a hundred, which keeps up with the one row that a call can add.
  if random() < 0.05 then
    delete from private.viewers v
    where (v.session_id, v.address, v.viewer_id) in (
      select gone.session_id, gone.address, gone.viewer_id
      from private.viewers gone
      where gone.kept_until < now()
      limit 100
      for update skip locked
    );
  end if;
  return private.head_of(session);
end
$$;
grant execute on function private.touch_viewer(uuid, text) to anon, authenticated, service_role;

-- Marks a viewer as present; repeat it every 15 s. A viewer who is silent for 45 s has left. Returns Head, whose
-- to_seq shows whether the viewer missed the last frame. Refuses: session_not_found, invalid_request.
create function public.touch_viewer(session_id uuid, viewer_id text) returns json
language sql
set search_path = ''
as $$ select to_json(private.touch_viewer(session_id, viewer_id)) $$;
grant execute on function public.touch_viewer(uuid, text) to anon, authenticated, service_role;
