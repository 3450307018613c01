-- Rewriting (invariant 9): an operator changes or deletes an event or a chat line by plain SQL, for instance to remove
-- a secret. One transaction empties the stored broadcasts that hold it, recomputes the head's texts, marks the session
-- as rewritten and notifies open pages. A page that began before `rewritten_at` reads the session anew. Triggers on
-- both tables do it. Kulti itself only adds rows to them; when a session is deleted, its rows go too, and
-- 750_withdrawal does the rest.

-- The start of the latest thought, whole if it was written token by token.
create function private.latest_of(of_session uuid) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  last public.ai_stream_events;
begin
  select e.* into last
  from public.ai_stream_events e
  where e.session_id = of_session and e.type = 'thought'
  order by e.seq desc
  limit 1;
  return private.cut(
    case when last.data ? 'stream_id' then (
      select string_agg(piece.data ->> 'content', '' order by piece.seq)
      from public.ai_stream_events piece
      where piece.session_id = of_session and piece.data ->> 'stream_id' = last.data ->> 'stream_id'
    )
    else last.data ->> 'content' end,
    private.limit_of('latest_bytes')::integer
  );
end
$$;

-- The title and description of the last event of that type.
create function private.last_task_of(of_session uuid, of_type text) returns jsonb
language plpgsql stable
set search_path = ''
as $$
begin
  return private.task_of((
    select e.data
    from public.ai_stream_events e
    where e.session_id = of_session and e.type = of_type
    order by e.seq desc
    limit 1
  ));
end
$$;

-- Empties all heads of the session, its frames with one of these events and its broadcasts of these messages. Reads all
-- messages of some days, a second or more for a million.
create function private.blank_rewritten(session public.ai_agent_sessions, event_seqs bigint[], message_seqs bigint[])
returns void
language plpgsql
set search_path = ''
as $$
begin
  update realtime.messages m
  set event = 'withdrawn', payload = '{}'
  where m.inserted_at > (now() at time zone 'UTC') - interval '4 days'
    and left(m.topic, 44) = 'session:' || session.id
    and case m.event
      when 'head' then true
      when 'frame' then exists (
        select 1
        from unnest(event_seqs) seq
        where seq between (m.payload ->> 'from_seq')::bigint and (m.payload ->> 'to_seq')::bigint
      )
      when 'message' then (m.payload ->> 'seq')::bigint = any (message_seqs)
      else false
    end;
  if session.visibility = 'public' then
    perform private.blank_lobby(session.agent_id, array[session.id]);
  end if;
end
$$;

create function private.rewrite_session(of_session uuid, event_seqs bigint[], message_seqs bigint[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  session public.ai_agent_sessions;
begin
  update public.ai_agent_sessions s
  set
    latest = private.latest_of(s.id),
    task = private.last_task_of(s.id, 'task'),
    goal = private.last_task_of(s.id, 'goal'),
    rewritten_at = clock_timestamp()
  where s.id = of_session
  returning s.* into session;
  if not found then
    return;
  end if;
  -- A viewer's touch that has read the old texts sends its head under this lock, so it has finished by then.
  perform 1 from private.session_air air where air.session_id = session.id for no key update;
  perform private.blank_rewritten(session, event_seqs, message_seqs);
  if session.visibility <> 'private' then
    perform realtime.send(jsonb_build_object('session_id', session.id), 'changed', private.topic_of(session), true);
  end if;
  if session.visibility = 'public' then
    perform realtime.send(jsonb_build_object('agent_id', session.agent_id), 'changed', 'lobby', true);
  end if;
end
$$;

create function private.rewrite_sessions() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.rewrite_session(
    r.session_id,
    case when tg_table_name = 'ai_stream_events' then array_agg(r.seq) else '{}'::bigint[] end,
    case when tg_table_name = 'ai_stream_messages' then array_agg(r.seq) else '{}'::bigint[] end
  )
  from rewritten r
  group by r.session_id;
  return null;
end
$$;
create trigger rewrite_events after update on public.ai_stream_events
  referencing old table as rewritten
  for each statement execute function private.rewrite_sessions();
create trigger rewrite_deleted_events after delete on public.ai_stream_events
  referencing old table as rewritten
  for each statement execute function private.rewrite_sessions();
create trigger rewrite_messages after update on public.ai_stream_messages
  referencing old table as rewritten
  for each statement execute function private.rewrite_sessions();
create trigger rewrite_deleted_messages after delete on public.ai_stream_messages
  referencing old table as rewritten
  for each statement execute function private.rewrite_sessions();
