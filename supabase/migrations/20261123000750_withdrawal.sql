-- Withdrawal (invariant 9): an agent's visibility applies to all its sessions at once. When sessions stop being public
-- or are deleted, one transaction empties the lobby's stored broadcasts, renames the sessions' topics and notifies
-- open pages. Triggers do it, so that an operator's plain SQL is covered too.
-- Pages receive `changed`: {session_id} on the topic that a session had, {agent_id} on the lobby. It only says "read
-- again"; a reader who may still watch learns the new topic from the next head. One transaction sends the message and
-- blanks it: listeners receive it because Realtime reads inserts from the log, and nobody who joins later and asks for
-- a replay finds the id of a session that is unlisted now.
-- Lock order, as everywhere: agent, session, session_air.

-- The topics of those sessions that may have listeners: live, or recently touched by a viewer. Their names are
-- those under `visibility`.
create function private.heard_topics(session_ids uuid[], visibility text)
returns table (session_id uuid, topic text)
language sql stable
set search_path = ''
as $$
select s.id, private.topic_name(s.id, heard_topics.visibility, air.topic_key)
from public.ai_agent_sessions s
join private.session_air air on air.session_id = s.id
where s.id = any (session_ids)
  and (
    air.counted_at > now() - interval '2 minutes'
    or s.ended_at is null and s.last_event_at > now() - private.time_of('session_idle_ms')
  )
$$;

-- Empties the sessions' broadcasts that the lobby could replay. A replay returns the newest 25 messages of a topic.
-- Emptied rows keep their place, so no older one moves up, and it is enough to search the newest few hundred: an
-- instance may hold ten million rows of three days, and no index of theirs begins with the topic.
-- An UPDATE, because a hosted `postgres` may not DELETE here.
create function private.blank_lobby(of_agent text, session_ids uuid[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  update realtime.messages m
  set event = 'withdrawn', payload = '{}'
  from (
    select newest.id, newest.inserted_at
    from realtime.messages newest
    where newest.inserted_at > (now() at time zone 'UTC') - interval '4 days'
      and newest.extension = 'broadcast'
      and newest.private is true
      and newest.topic = 'lobby'
    order by newest.inserted_at desc
    limit 500
  ) replayable
  where m.id = replayable.id
    and m.inserted_at = replayable.inserted_at
    and m.payload ->> 'agent_id' = of_agent
    -- A head, or `changed`, which names no session.
    and ((m.payload ->> 'session_id')::uuid = any (session_ids)) is not false;
end
$$;

create function private.change_visibility() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  changed uuid[];
begin
  with sessions as (
    update public.ai_agent_sessions s
    set visibility = new.visibility
    where s.agent_id = new.agent_id and s.visibility <> new.visibility
    returning s.id
  )
  select array_agg(sessions.id) into changed from sessions;
  if changed is null then
    return null;
  end if;
  if old.visibility <> 'private' then
    perform realtime.send(jsonb_build_object('session_id', heard.session_id), 'changed', heard.topic, true)
    from private.heard_topics(changed, old.visibility) heard;
  end if;
  update private.session_air air
  set topic_key = replace(gen_random_uuid()::text, '-', '')
  where air.session_id = any (changed);
  if old.visibility = 'public' then
    perform realtime.send(jsonb_build_object('agent_id', new.agent_id), 'changed', 'lobby', true);
    -- Last: every sender had locked a session or its session_air, and has committed by now.
    perform private.blank_lobby(new.agent_id, changed);
  end if;
  return null;
end
$$;
create trigger change_visibility after update of visibility on public.ai_agents
  for each row when (old.visibility <> new.visibility)
  execute function private.change_visibility();

-- Before the delete, while the topic's key still exists.
create function private.tell_deleted_session() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform realtime.send(jsonb_build_object('session_id', old.id), 'changed', heard.topic, true)
  from private.heard_topics(array[old.id], old.visibility) heard
  where old.visibility <> 'private';
  return old;
end
$$;
create trigger tell_deleted_session before delete on public.ai_agent_sessions
  for each row execute function private.tell_deleted_session();

create function private.forget_deleted_sessions() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  agent record;
  topics text[];
begin
  for agent in
    select d.agent_id, array_agg(d.id) as sessions, bool_or(d.visibility = 'public') as was_public
    from deleted d
    group by d.agent_id
  loop
    if agent.was_public then
      perform realtime.send(jsonb_build_object('agent_id', agent.agent_id), 'changed', 'lobby', true);
      perform private.blank_lobby(agent.agent_id, agent.sessions);
    end if;
    -- The agent may start a session with the same id again, and its topic then has the same name. This reads all
    -- messages of three days, a second or more for a million, but only an operator deletes.
    topics := array(select 'session:' || id from unnest(agent.sessions) as id);
    update realtime.messages m
    set topic = 'withdrawn', event = 'withdrawn', payload = '{}'
    where m.inserted_at > (now() at time zone 'UTC') - interval '4 days' and left(m.topic, 44) = any (topics);
  end loop;
  return null;
end
$$;
create trigger forget_deleted_sessions after delete on public.ai_agent_sessions
  referencing old table as deleted
  for each statement execute function private.forget_deleted_sessions();
