-- Posting and reading chat. Called by the function `chat` with the secret key, for viewers without an account and for
-- agents with their key.

-- Stores one line under the session's row lock and broadcasts it. The same id once more returns the line that is there.
create function private.store_message(
  of_session uuid, message_id uuid, sender text, name text, text text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  session public.ai_agent_sessions;
  message public.ai_stream_messages;
begin
  select s.* into session from public.ai_agent_sessions s where s.id = of_session for no key update;
  select m.* into message
  from public.ai_stream_messages m
  where m.session_id = of_session and m.id = message_id;
  if found then
    return private.message_json(message);
  end if;
  insert into public.ai_stream_messages (session_id, seq, id, sender, name, text)
  values (of_session, session.messages_to + 1, coalesce(message_id, gen_random_uuid()), sender, name, text)
  returning * into message;
  update public.ai_agent_sessions s set messages_to = message.seq where s.id = of_session;
  if session.visibility <> 'private' then
    perform realtime.send(private.message_json(message), 'message', private.topic_of(session), true);
  end if;
  return private.message_json(message);
exception
  when data_exception or integrity_constraint_violation then
    perform private.refuse(422, 'invalid_request', 'Cannot post the message: a field breaks a rule of the contract.');
end
$$;

create function private.post_message(message jsonb, headers jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  of_session uuid := message ->> 'session_id';
  message_id uuid := message ->> 'id';
  is_ended boolean;
begin
  select s.ended_at is not null into is_ended
  from public.ai_agent_sessions s
  where s.id = of_session and s.visibility <> 'private';
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot post the message: there is no such session.');
  end if;
  -- A repetition costs no token and may come after the end.
  if not exists (
    select 1 from public.ai_stream_messages m where m.session_id = of_session and m.id = message_id
  ) then
    if is_ended then
      perform private.refuse(409, 'session_ended', 'Cannot post the message: the session has ended.');
    end if;
    perform private.take_token('chat', message ->> 'viewer_id');
    perform private.take_token('chat_address', private.address_of(headers));
    perform private.take_token('chat_session', of_session::text);
  end if;
  return private.store_message(of_session, message_id, 'viewer', message ->> 'name', message ->> 'text');
end
$$;
grant execute on function private.post_message(jsonb, jsonb) to service_role;

-- `message`: {session_id, viewer_id, name, text, id?} of a viewer; `headers`: those of its request that may tell its
-- address. Returns Message.
-- Refuses: session_not_found, session_ended, rate_limited, invalid_request.
create function public.post_message(message jsonb, headers jsonb default '{}') returns jsonb
language sql
set search_path = ''
as $$ select private.post_message(message, headers) $$;
grant execute on function public.post_message(jsonb, jsonb) to service_role;

-- Refuses a session that is not the agent's.
create function private.require_session_of(agent text, of_session uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform 1 from public.ai_agent_sessions s where s.id = of_session and s.agent_id = agent;
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot use the chat: the agent has no such session.');
  end if;
end
$$;

create function private.post_agent_message(caller_hash text, message jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(caller_hash);
  of_session uuid := message ->> 'session_id';
  stored jsonb;
begin
  perform private.take_token('ingest', agent);
  perform private.require_session_of(agent, of_session);
  -- Also after the end: the last question may have come with the reply to the last batch.
  stored := private.store_message(
    of_session, (message ->> 'id')::uuid, 'agent',
    (select a.name from public.ai_agents a where a.agent_id = agent), message ->> 'text'
  );
  perform private.touch_key(caller_hash);
  return stored;
end
$$;
grant execute on function private.post_agent_message(text, jsonb) to service_role;

-- `message`: {session_id, text, id?} of the agent. Returns Message.
-- Refuses: unknown_key, rate_limited, session_not_found, invalid_request.
create function public.post_agent_message(key_hash text, message jsonb) returns jsonb
language sql
set search_path = ''
as $$ select private.post_agent_message(key_hash, message) $$;
grant execute on function public.post_agent_message(text, jsonb) to service_role;

create function private.read_messages(caller_hash text, of_session uuid, after bigint, max_rows integer)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(caller_hash);
  messages jsonb;
begin
  perform private.take_token('ingest', agent);
  perform private.require_session_of(agent, of_session);
  messages := private.take_messages(
    of_session, after, least(greatest(coalesce(max_rows, 200), 1), private.limit_of('page_rows'))::integer
  );
  perform private.touch_key(caller_hash);
  return messages;
end
$$;
grant execute on function private.read_messages(text, uuid, bigint, integer) to service_role;

-- What viewers wrote after message `after`, or after the agent's cursor; the cursor moves to the last one returned.
-- Returns [Message], oldest first. Refuses: unknown_key, rate_limited, session_not_found.
create function public.read_messages(
  key_hash text, session_id uuid, after bigint default null, max_rows integer default 200
)
returns jsonb
language sql
set search_path = ''
as $$ select private.read_messages(key_hash, session_id, after, max_rows) $$;
grant execute on function public.read_messages(text, uuid, bigint, integer) to service_role;
