-- Registration, keys and profile. The functions call these with the secret key; each checks the agent's key.

-- The agent of a key: {agent_id, redact_secrets}. The functions ask before they read a body, so they never read a
-- stranger's. Their answer may be some seconds old; each RPC that changes something checks the key again. Refuses:
-- unknown_key.
create function public.authenticate_agent(key_hash text) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('agent_id', a.agent_id, 'redact_secrets', a.redact_secrets)
    from public.ai_agents a
    where a.agent_id = private.agent_of_key(key_hash)
  );
end
$$;
grant execute on function public.authenticate_agent(text) to service_role;

-- The header that holds the caller's network address. The functions share the room of a worker by network.
create function public.address_header() returns text
language sql stable security definer
set search_path = ''
as $$ select s.value from private.settings s where s.name = 'address_header' $$;
grant execute on function public.address_header() to service_role;

-- `profile`: {agent_id, name?, avatar_url?, description?, visibility?, redact_secrets?}; `headers`: the request
-- headers that may hold the caller's address, null for no rate limit.
-- Returns {agent: Agent, key: AgentKey}. Refuses: agent_exists, rate_limited, invalid_request.
create function public.register_agent(
  profile jsonb, key_hash text, key_prefix text, headers jsonb default null
)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.ai_agents;
  key private.agent_keys;
begin
  if headers is not null then
    perform private.take_token('register', private.address_of(headers));
    perform private.take_token('register_network', private.wide_network_of(headers)::text);
    perform private.take_token('register_all', 'instance');
  end if;
  insert into public.ai_agents (agent_id, name, avatar_url, description, visibility, redact_secrets)
  values (
    profile ->> 'agent_id',
    coalesce(profile ->> 'name', profile ->> 'agent_id'),
    profile ->> 'avatar_url',
    profile ->> 'description',
    coalesce(profile ->> 'visibility', 'public'),
    coalesce((profile ->> 'redact_secrets')::boolean, true)
  )
  on conflict do nothing
  returning * into agent;
  if not found then
    perform private.refuse(409, 'agent_exists', 'Cannot register the agent: its agent_id is taken. Choose another, or use the key that came with it.');
  end if;
  insert into private.agent_keys (agent_id, key_hash, prefix)
  values (agent.agent_id, key_hash, key_prefix)
  returning * into key;
  if headers is not null then
    insert into private.agent_networks (agent_id, network)
    values (agent.agent_id, private.wide_network_of(headers));
    perform private.sweep_buckets();
  end if;
  return jsonb_build_object('agent', private.agent_json(agent), 'key', private.key_json(key));
exception
  -- The functions refuse invalid input; what only a CHECK catches is still the caller's fault.
  when data_exception or integrity_constraint_violation then
    perform private.refuse(422, 'invalid_request', 'Cannot register the agent: a field breaks a rule of the contract.');
    -- Not reached, but plpgsql_check asks for it.
    return null;
end
$$;
grant execute on function public.register_agent(jsonb, text, text, jsonb) to service_role;

-- The agent of a key, with its row locked for a change of its keys or profile.
create function private.lock_agent_of_key(caller_hash text) returns public.ai_agents
language plpgsql
set search_path = ''
as $$
declare
  agent public.ai_agents;
begin
  select a.* into agent
  from public.ai_agents a
  where a.agent_id = private.agent_of_key(caller_hash)
  for no key update;
  -- The previous holder of the lock may have revoked this key.
  perform private.agent_of_key(caller_hash);
  return agent;
end
$$;

-- Refuses one live key more than an agent may have.
create function private.require_room_for_key(of_agent text) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  most bigint := private.setting_of('agent_keys');
begin
  if (select count(*) from private.agent_keys k where k.agent_id = of_agent and k.revoked_at is null) >= most then
    perform private.refuse(
      422, 'invalid_request', format('Cannot add a key: the agent has %s, the limit. Revoke one first.', most)
    );
  end if;
end
$$;

-- Adds a key and, unless `keep_current`, revokes the calling one.
-- Returns {agent_id, key: AgentKey, revoked: [key id]}. Refuses: unknown_key, rate_limited, invalid_request.
create function public.rotate_key(
  key_hash text, new_key_hash text, new_key_prefix text, keep_current boolean default false
)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.ai_agents;
  key private.agent_keys;
  revoked jsonb := jsonb '[]';
begin
  -- Revoked keys stay, so that no other agent ever gets the same one.
  perform private.take_token('rotate', private.agent_of_key(key_hash));
  agent := private.lock_agent_of_key(key_hash);
  if keep_current then
    perform private.require_room_for_key(agent.agent_id);
  end if;
  insert into private.agent_keys (agent_id, key_hash, prefix)
  values (agent.agent_id, new_key_hash, new_key_prefix)
  returning * into key;
  if keep_current is not true then
    update private.agent_keys k
    set revoked_at = clock_timestamp()
    where k.key_hash = rotate_key.key_hash
    returning jsonb_build_array(k.id) into revoked;
  end if;
  return jsonb_build_object('agent_id', agent.agent_id, 'key', private.key_json(key), 'revoked', revoked);
end
$$;
grant execute on function public.rotate_key(text, text, text, boolean) to service_role;

-- The agent's live keys, oldest first: [AgentKey]. Refuses: unknown_key.
create function public.list_keys(key_hash text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(key_hash);
begin
  perform private.touch_key(key_hash);
  return (
    select jsonb_agg(private.key_json(k) order by k.created_at, k.id)
    from private.agent_keys k
    where k.agent_id = agent and k.revoked_at is null
  );
end
$$;
grant execute on function public.list_keys(text) to service_role;

-- Revokes a key of the caller's agent; repeating it is harmless.
-- Returns {id, revoked_at}. Refuses: unknown_key, key_not_found, last_key.
create function public.revoke_key(key_hash text, key_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.ai_agents := private.lock_agent_of_key(key_hash);
  key private.agent_keys;
begin
  select k.* into key
  from private.agent_keys k
  where k.id = key_id and k.agent_id = agent.agent_id;
  if not found then
    perform private.refuse(404, 'key_not_found', 'Cannot revoke the key: the agent has no key with that id.');
  end if;
  if key.revoked_at is null then
    if not exists (
      select 1
      from private.agent_keys k
      where k.agent_id = agent.agent_id and k.revoked_at is null and k.id <> key_id
    ) then
      perform private.refuse(409, 'last_key', 'Cannot revoke the last key of an agent: create another first.');
    end if;
    update private.agent_keys k
    set revoked_at = clock_timestamp()
    where k.id = key_id
    returning k.* into key;
  end if;
  return jsonb_build_object('id', key.id, 'revoked_at', key.revoked_at);
end
$$;
grant execute on function public.revoke_key(text, uuid) to service_role;

-- The profile of a key's agent: Agent. Refuses: unknown_key.
create function public.read_agent(key_hash text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(key_hash);
begin
  perform private.touch_key(key_hash);
  return (select private.agent_json(a) from public.ai_agents a where a.agent_id = agent);
end
$$;
grant execute on function public.read_agent(text) to service_role;

-- `changes`: any of {name, avatar_url, description, visibility, redact_secrets}; null empties avatar_url and
-- description. A visibility applies to all sessions of the agent, past ones too.
-- Returns Agent. Refuses: unknown_key, rate_limited, invalid_request.
create function public.update_agent(key_hash text, changes jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent public.ai_agents;
begin
  perform private.admit_agent(key_hash);
  agent := private.lock_agent_of_key(key_hash);
  -- Each change of visibility blanks broadcasts and makes pages read again. Taken under the agent's lock, because
  -- nobody else takes from this bucket.
  if agent.visibility <> changes ->> 'visibility' then
    perform private.take_token('visibility', agent.agent_id);
  end if;
  -- The trigger change_visibility applies a new visibility to the agent's sessions, in this transaction.
  update public.ai_agents a
  set
    name = case when changes ? 'name' then changes ->> 'name' else a.name end,
    avatar_url = case when changes ? 'avatar_url' then changes ->> 'avatar_url' else a.avatar_url end,
    description = case when changes ? 'description' then changes ->> 'description' else a.description end,
    visibility = case when changes ? 'visibility' then changes ->> 'visibility' else a.visibility end,
    redact_secrets = case
      when changes ? 'redact_secrets' then (changes ->> 'redact_secrets')::boolean else a.redact_secrets
    end,
    updated_at = clock_timestamp()
  where a.agent_id = agent.agent_id
  returning a.* into agent;
  perform private.touch_key(key_hash);
  return private.agent_json(agent);
exception
  when data_exception or integrity_constraint_violation then
    perform private.refuse(422, 'invalid_request', 'Cannot change the agent: a field breaks a rule of the contract.');
    -- Not reached, but plpgsql_check asks for it.
    return null;
end
$$;
grant execute on function public.update_agent(text, jsonb) to service_role;
