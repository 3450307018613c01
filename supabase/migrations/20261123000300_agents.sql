-- Agents and their keys. The database knows only a key's SHA-256 (invariant 8): the functions make and hash keys, SQL
-- sees hashes. Anyone can read the profile of a public agent, with find_agent.
-- Trigger on ai_agents: change_visibility (750_withdrawal).

create table public.ai_agents (
  agent_id text primary key,
  name text not null,
  avatar_url text,
  description text,
  -- public: listed, anyone may read. unlisted: anyone who knows a session's id may read. private: nobody.
  visibility text not null default 'public',
  -- Whether the functions redact secrets in its events before storing them.
  redact_secrets boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_id_form check (agent_id ~ '^[a-z0-9][a-z0-9-]{1,62}$'),
  constraint name_size check (octet_length(name) between 1 and private.limit_of('agent_name_bytes')),
  constraint avatar_url_form check (
    octet_length(avatar_url) <= private.limit_of('url_bytes') and private.is_web_address(avatar_url)
  ),
  constraint description_size check (octet_length(description) <= private.limit_of('agent_description_bytes')),
  constraint visibility_known check (visibility in ('public', 'unlisted', 'private'))
);

alter table public.ai_agents enable row level security;
-- Viewers read through RPCs only, here and in the other tables: a role with select can filter, and one filter can cost
-- seconds. Twelve regular expressions over all events at once made an ingest wait for 3 s.
create policy "nobody" on public.ai_agents for all using (false);
grant select on public.ai_agents to service_role;

create table private.agent_keys (
  id uuid primary key default gen_random_uuid(),
  agent_id text not null references public.ai_agents on delete cascade,
  key_hash text not null,
  -- The first characters of the key, so that its owner can tell keys apart.
  prefix text not null,
  created_at timestamptz not null default clock_timestamp(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- Serves the look-up of every request that carries a key.
  constraint key_hash_unique unique (key_hash),
  constraint key_hash_form check (key_hash ~ '^[0-9a-f]{64}$'),
  constraint prefix_form check (prefix ~ '^klt_[A-Za-z0-9_-]{8}$')
) with (fillfactor = 80);

-- Serves list_keys, the count of live keys, and the foreign key. Unique, since `id` is.
create unique index agent_keys_by_agent on private.agent_keys (agent_id, created_at, id);

alter table private.agent_keys enable row level security;
create policy "nobody" on private.agent_keys for all using (false);

-- The salted hash of the network that registered an agent, so that networks take turns in the lists. In a table of its
-- own, because the functions read ai_agents. An agent that the operator registered has no row.
create table private.agent_networks (
  -- By bytes (collation C): find_sessions looks up thousands.
  agent_id text collate "C" primary key references public.ai_agents on delete cascade,
  network bigint not null
);

-- Serves the quotas of a network.
create index agent_networks_by_network on private.agent_networks (network);
alter table private.agent_networks enable row level security;
create policy "nobody" on private.agent_networks for all using (false);

-- The agent of a live key; refuses any other key with 401.
create function private.agent_of_key(caller_hash text) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  found_agent text;
begin
  select k.agent_id into found_agent
  from private.agent_keys k
  where k.key_hash = caller_hash and k.revoked_at is null;
  if found_agent is null then
    perform private.refuse(401, 'unknown_key', 'Cannot accept the key: it is unknown or revoked.');
  end if;
  return found_agent;
end
$$;

-- The agent of a live key, for one token of its ingest bucket. append_events takes the token itself, after it has
-- refused another agent's key.
create function private.admit_agent(caller_hash text) returns text
language plpgsql
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(caller_hash);
begin
  perform private.take_token('ingest', agent);
  return agent;
end
$$;

-- Records that a key was used, at most once a minute. Call it last: revoking a key locks the agent first, then the
-- key. It skips a locked key, because deleting an agent locks its keys before its sessions. In PL/pgSQL, which keeps the
-- plan.
create function private.touch_key(caller_hash text) returns void
language plpgsql
set search_path = ''
as $$
begin
  update private.agent_keys k
  set last_used_at = now()
  where k.id = (
    select used.id
    from private.agent_keys used
    where used.key_hash = caller_hash
      and (used.last_used_at is null or used.last_used_at < now() - interval '1 minute')
    for no key update skip locked
  );
end
$$;

-- Agent of wire.ts.
create function private.agent_json(agent public.ai_agents) returns jsonb
language sql stable
set search_path = ''
as $$
select jsonb_build_object(
  'agent_id', agent.agent_id,
  'name', agent.name,
  'avatar_url', agent.avatar_url,
  'description', agent.description,
  'visibility', agent.visibility,
  'redact_secrets', agent.redact_secrets,
  'created_at', agent.created_at
)
$$;

create function private.find_agent(of_agent text) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return (
    select private.agent_json(a) - 'redact_secrets'
    from public.ai_agents a
    where a.agent_id = of_agent and a.visibility = 'public'
  );
end
$$;
grant execute on function private.find_agent(text) to anon, authenticated, service_role;

-- AgentProfile of a public agent, else null.
create function public.find_agent(agent_id text) returns jsonb
language sql stable
set search_path = ''
as $$ select private.find_agent(agent_id) $$;
grant execute on function public.find_agent(text) to anon, authenticated, service_role;

-- AgentKey of wire.ts.
create function private.key_json(key private.agent_keys) returns jsonb
language sql stable
set search_path = ''
as $$
select jsonb_build_object(
  'id', key.id,
  'prefix', key.prefix,
  'created_at', key.created_at,
  'last_used_at', key.last_used_at
)
$$;
