-- The viewers' RPCs for the counts, as pairs (see the foundation): session_stats and agent_stats. A private session
-- looks like a missing one; an agent has figures only while it is public. Neither reads an event.
-- Measured on two shared cores, Postgres 17: an agent of 1,000 sessions and 5,000,000 events 22 ms, 110 ms on a new
-- connection; a session of 5,000 events 6 ms, one of 100,000 minutes, watched in each of them, 270 ms. Each
-- further type in all of those minutes adds 30 ms, which columns would save; for an agent, columns would make no
-- difference.

create function private.ms_of(duration interval) returns bigint
language sql immutable parallel safe
set search_path = ''
as $$ select coalesce(extract(epoch from duration) * 1000, 0)::bigint $$;

-- The counts of a session's events by type, on some days. plpgsql, whose plan is kept: agent_stats asks for 50
-- sessions.
create function private.event_counts(of_session uuid, first_day date default '-infinity', last_day date default 'infinity')
returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(t.type, t.count), '{}')
    from (
      select c.type, sum(c.count) as count
      from private.session_day_counts c
      where c.session_id = of_session and c.day between first_day and last_day
      group by c.type
    ) t
  );
end
$$;

-- Figures of wire.ts: the sums of some days, and the counts of their events.
create function private.figures_of(days private.session_days[], counts jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object(
      'events', counts,
      'time', jsonb_build_object(
        'thinking_ms', private.ms_of(sum(d.thinking)),
        'working_ms', private.ms_of(sum(d.working)),
        'waiting_ms', private.ms_of(sum(d.waiting))
      ),
      'files', jsonb_build_object(
        'touched', coalesce(sum(d.files), 0),
        'lines_added', coalesce(sum(d.lines_added), 0),
        'lines_removed', coalesce(sum(d.lines_removed), 0)
      ),
      'commands', jsonb_build_object(
        'run', coalesce(sum(d.commands), 0),
        'failed', coalesce(sum(d.commands_failed), 0)
      ),
      'errors', jsonb_build_object(
        'count', coalesce(counts -> 'error', '0'),
        'recovered', coalesce(sum(d.errors_recovered), 0)
      ),
      'usage', jsonb_build_object(
        'input_tokens', coalesce(sum(d.input_tokens), 0),
        'output_tokens', coalesce(sum(d.output_tokens), 0),
        'cost_usd', coalesce(trim_scale(sum(d.cost_usd)), 0)
      ),
      'chat', jsonb_build_object(
        'from_viewers', coalesce(sum(d.viewer_messages), 0),
        'from_agent', coalesce(sum(d.agent_messages), 0)
      )
    )
    from unnest(days) d
  );
end
$$;

-- A moment is the most watched minute within five minutes on either side, the first of equals. The most watched moment
-- comes first.
create function private.most_watched(of_session uuid, max_rows integer)
returns table (at timestamptz, seq bigint, viewers integer)
language sql stable
set search_path = ''
as $$
select top.minute, m.first_seq, top.viewers
from (
  select moment.minute, moment.viewers
  from (
    select
      w.minute, w.viewers,
      max(w.viewers) over (
        order by w.minute range between '5 minutes' preceding and '1 minute' preceding
      ) as max_before,
      max(w.viewers) over (
        order by w.minute range between '1 minute' following and '5 minutes' following
      ) as max_after
    from private.watched_minutes w
    where w.session_id = of_session
  ) moment
  where moment.viewers > coalesce(moment.max_before, 0) and moment.viewers >= coalesce(moment.max_after, 0)
  order by moment.viewers desc, moment.minute
  limit max_rows
) top
cross join lateral (
  select min(m.first_seq) as first_seq
  from private.session_minutes m
  where m.session_id = of_session and m.minute = top.minute
) m
where m.first_seq is not null
order by top.viewers desc, top.minute
$$;

-- The length of a bar in a session's timeline, so that there are at most 240.
create function private.bucket_size(first_at timestamptz, last_at timestamptz) returns interval
language sql immutable
set search_path = ''
as $$
select make_interval(mins => coalesce(
  (
    select min(size)
    from unnest(array[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440]) size
    where span.minutes / size < 240
  ),
  1440 * (span.minutes / (240 * 1440) + 1)
)::integer)
from (
  select (
    extract(epoch from date_trunc('minute', last_at, 'UTC') - date_trunc('minute', first_at, 'UTC')) / 60
  )::bigint as minutes
) span
$$;

create function private.session_stats(of_session uuid) returns jsonb
language plpgsql stable security definer
set search_path = ''
-- Otherwise Postgres would keep plans that it made while the tables were small.
set enable_seqscan = off
as $$
declare
  session public.ai_agent_sessions;
  clock private.session_clocks;
  bucket interval;
  origin timestamptz;
  figures jsonb;
  silence interval;
  spent_on text;
begin
  perform private.require_visible(of_session);
  perform private.take_slots('stats');
  select s.* into session from public.ai_agent_sessions s where s.id = of_session;
  select c.* into clock from private.session_clocks c where c.session_id = of_session;
  origin := date_trunc('minute', clock.first_at, 'UTC');
  bucket := private.bucket_size(clock.first_at, clock.last_at);
  figures := private.figures_of(
    array(select d from private.session_days d where d.session_id = of_session), private.event_counts(of_session)
  );

  -- The time since the last event of a live session counts too, by its status.
  silence := greatest(now() - session.last_event_at, '0');
  if session.ended_at is null and silence < private.time_of('session_idle_ms') then
    spent_on := case
      when session.status in ('waiting', 'paused') then 'waiting_ms'
      when session.status = 'thinking' then 'thinking_ms'
      else 'working_ms'
    end;
    figures := jsonb_set(
      figures, array['time', spent_on],
      to_jsonb((figures #>> array['time', spent_on])::bigint + private.ms_of(silence))
    );
  end if;

  return figures || jsonb_build_object(
    'session_id', session.id,
    'agent_id', session.agent_id,
    'first_at', clock.first_at,
    'last_at', clock.last_at,
    'to_seq', session.last_seq,
    'viewers', jsonb_build_object(
      'now', private.count_viewers(of_session),
      'peak', coalesce((select air.viewers_peak from private.session_air air where air.session_id = of_session), 0)
    ),
    'bucket_ms', private.ms_of(bucket),
    'buckets', (
      select coalesce(jsonb_agg(
        jsonb_build_object(
          'at', b.at, 'seq', b.seq, 'events', b.events, 'viewers', coalesce(w.viewers, 0)
        )
        order by b.at
      ), '[]')
      from (
        select
          t.at, min(t.seq) as seq,
          coalesce(jsonb_object_agg(t.type, t.count) filter (where t.count > 0), '{}') as events
        from (
          select date_bin(bucket, m.minute, origin) as at, m.type, min(m.first_seq) as seq, sum(m.count) as count
          from private.session_minutes m
          where m.session_id = of_session
          group by 1, 2
        ) t
        group by t.at
      ) b
      left join (
        select date_bin(bucket, watched.minute, origin) as at, max(watched.viewers) as viewers
        from private.watched_minutes watched
        where watched.session_id = of_session
        group by 1
      ) w on w.at = b.at
    ),
    'most_watched', (
      select coalesce(jsonb_agg(to_jsonb(w) order by w.viewers desc, w.at), '[]')
      from private.most_watched(of_session, 5) w
    )
  );
end
$$;
grant execute on function private.session_stats(uuid) to anon, authenticated, service_role;

-- SessionStats of wire.ts. Refuses: session_not_found, unavailable.
create function public.session_stats(session_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$ select private.session_stats(session_id) $$;
grant execute on function public.session_stats(uuid) to anon, authenticated, service_role;

-- One row of sums over the days of all sessions. Not an array of the days, as for one session: an agent may have a
-- million of them, and an array of those took 1.9 GB.
create function private.agent_sums(of_agent text, first_day date, last_day date) returns private.session_days
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select row(
      null, of_agent, null,
      sum(d.thinking), sum(d.working), sum(d.waiting), sum(d.files), sum(d.lines_added), sum(d.lines_removed),
      sum(d.commands), sum(d.commands_failed), sum(d.errors_recovered), sum(d.input_tokens), sum(d.output_tokens),
      sum(d.cost_usd), sum(d.viewer_messages), sum(d.agent_messages)
    )::private.session_days
    from private.session_days d
    where d.agent_id = of_agent and d.day between first_day and last_day
  );
end
$$;

-- {type: count}
create function private.agent_event_counts(of_agent text, first_day date, last_day date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(t.type, t.count), '{}')
    from (
      select c.type, sum(c.count) as count
      from private.session_day_counts c
      where c.agent_id = of_agent and c.day between first_day and last_day
      group by c.type
    ) t
  );
end
$$;

-- [{day, events: {type: count}}]
create function private.agent_days(of_agent text, first_day date, last_day date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('day', d.day, 'events', d.events) order by d.day), '[]')
    from (
      select t.day, jsonb_object_agg(t.type, t.count) as events
      from (
        select c.day, c.type, sum(c.count) as count
        from private.session_day_counts c
        where c.agent_id = of_agent and c.day between first_day and last_day
        group by c.day, c.type
      ) t
      group by t.day
    ) d
  );
end
$$;

-- The figures on some days of the 50 sessions that started last, of those with events on them.
create function private.recent_sessions(of_agent text, first_day date, last_day date) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      private.figures_of(recent.days, private.event_counts(recent.id, first_day, last_day)) || jsonb_build_object(
        'session_id', recent.id,
        'started_at', recent.started_at,
        'ended_at', recent.ended_at,
        'first_at', c.first_at,
        'last_at', c.last_at,
        'to_seq', recent.last_seq,
        'viewers_peak', air.viewers_peak
      )
      order by recent.started_at desc
    ), '[]')
    from (
      select
        s.id, s.started_at, s.ended_at, s.last_seq,
        array(
          select d
          from private.session_days d
          where d.session_id = s.id and d.day between first_day and last_day
        ) as days
      from public.ai_agent_sessions s
      where s.agent_id = of_agent
        and exists (
          select 1
          from private.session_days d
          where d.session_id = s.id and d.day between first_day and last_day
        )
      order by s.started_at desc
      limit 50
    ) recent
    join private.session_clocks c on c.session_id = recent.id
    join private.session_air air on air.session_id = recent.id
  );
end
$$;

-- The most watched moment of each of the five sessions with the highest peaks.
create function private.most_watched_of(session_ids uuid[]) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('session_id', top.session_id, 'at', w.at, 'seq', w.seq, 'viewers', w.viewers)
      order by w.viewers desc, w.at desc
    ), '[]')
    from (
      select air.session_id
      from unnest(session_ids) id
      join private.session_air air on air.session_id = id
      where air.viewers_peak > 0
      order by air.viewers_peak desc
      limit 5
    ) top, private.most_watched(top.session_id, 1) w
  );
end
$$;

create function private.agent_stats(of_agent text, from_at timestamptz, to_at timestamptz) returns jsonb
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  first_day date := coalesce(private.day_of(from_at), '-infinity');
  -- There are no events before 1970, and Postgres has no dates before its first one.
  last_day date := coalesce(
    private.day_of(case when to_at <= '1970-01-01 00:00:00+00' then '1969-12-31 00:00:00+00' else to_at - interval '1 microsecond' end), 'infinity'
  );
  last_shown date := least(last_day, private.day_of(now()));
  oldest_event_at timestamptz := now() - private.time_of('session_idle_ms');
  session_ids uuid[];
begin
  perform 1 from public.ai_agents a where a.agent_id = of_agent and a.visibility = 'public';
  if not found then
    perform private.refuse(404, 'agent_not_found', 'Cannot read the figures of the agent: the agent does not exist.');
  end if;
  if from_at >= to_at then
    perform private.refuse(422, 'invalid_request', 'Cannot read the figures of the agent: from_at is not before to_at.');
  end if;
  perform private.take_slots('stats');
  session_ids := array(
    select distinct d.session_id from private.session_days d where d.agent_id = of_agent and d.day between first_day and last_day
  );

  return private.figures_of(
    array[private.agent_sums(of_agent, first_day, last_day)], private.agent_event_counts(of_agent, first_day, last_day)
  ) || jsonb_build_object(
    'agent_id', of_agent,
    'from_at', from_at,
    'to_at', to_at,
    'days', private.agent_days(of_agent, greatest(first_day, last_shown - 365), last_shown),
    'sessions', jsonb_build_object(
      'count', cardinality(session_ids),
      'live', (
        select count(*)
        from public.ai_agent_sessions s
        where s.agent_id = of_agent and s.ended_at is null and s.last_event_at > oldest_event_at
      ),
      'recent', private.recent_sessions(of_agent, first_day, last_day)
    ),
    'viewers', jsonb_build_object(
      'now', (
        select coalesce(sum(private.count_viewers(s.id)), 0)
        from public.ai_agent_sessions s
        where s.agent_id = of_agent and s.ended_at is null and s.last_event_at > oldest_event_at
      ),
      'peak', (
        select coalesce(max(air.viewers_peak), 0)
        from unnest(session_ids) id
        join private.session_air air on air.session_id = id
      )
    ),
    'most_watched', private.most_watched_of(session_ids)
  );
end
$$;
grant execute on function private.agent_stats(text, timestamptz, timestamptz) to anon, authenticated, service_role;

-- AgentStats of wire.ts for the days (UTC) from from_at to to_at, null for all. Refuses: agent_not_found,
-- invalid_request, unavailable.
create function public.agent_stats(
  agent_id text, from_at timestamptz default null, to_at timestamptz default null
)
returns jsonb
language sql stable
set search_path = ''
as $$ select private.agent_stats(agent_id, from_at, to_at) $$;
grant execute on function public.agent_stats(text, timestamptz, timestamptz) to anon, authenticated, service_role;
