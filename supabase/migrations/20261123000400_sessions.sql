-- Sessions: one run of an agent. The row is the summary that lists show, and its lock orders the events (invariant 2:
-- seq is assigned under it). Only append_events and the chat write it.
-- Triggers on ai_agent_sessions: tell_deleted_session, forget_deleted_sessions (750_withdrawal); note_moved_session,
-- move_some_documents (1310_search_documents).

create table public.ai_agent_sessions (
  id uuid primary key,
  agent_id text not null references public.ai_agents on delete cascade,
  -- A copy of the agent's, so that reads and indexes need no join.
  visibility text not null,
  status text not null default 'starting',
  task jsonb,
  goal jsonb,
  -- The start of the latest thought, and its stream_id while it is written token by token.
  latest text,
  latest_stream_id text,
  last_seq bigint not null default 0,
  messages_to bigint not null default 0,
  thought_count bigint not null default 0,
  code_count bigint not null default 0,
  terminal_count bigint not null default 0,
  error_count bigint not null default 0,
  started_at timestamptz not null default clock_timestamp(),
  last_event_at timestamptz not null default clock_timestamp(),
  -- last_event_at, up to five minutes late. An index on last_event_at itself would make every append write to every
  -- index of this table; an index on this column does so every five minutes.
  active_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- When an operator last changed or deleted one of its events or messages.
  rewritten_at timestamptz,
  -- Whether the lists of all agents show it after it ends; the list of its agent has every session.
  listed boolean not null default true,
  constraint visibility_known check (visibility in ('public', 'unlisted', 'private')),
  constraint status_known check (status = any (private.statuses())),
  constraint task_form check (private.is_task(task)),
  constraint goal_form check (private.is_task(goal)),
  constraint latest_size check (octet_length(latest) <= private.limit_of('latest_bytes')),
  constraint latest_stream_id_size check (octet_length(latest_stream_id) <= private.limit_of('stream_id_bytes')),
  constraint counters_positive check (
    least(last_seq, messages_to, thought_count, code_count, terminal_count, error_count) >= 0
  )
) with (fillfactor = 60);

-- The last column makes each index unique. In order they serve: find_sessions of one agent and the choice of a session
-- for a batch; find_sessions of all agents; find_sessions of live sessions; the live sessions of one agent.
create unique index ai_agent_sessions_by_agent on public.ai_agent_sessions (agent_id, started_at desc, id);
create unique index ai_agent_sessions_by_start on public.ai_agent_sessions (started_at desc, id)
  where visibility = 'public' and listed;
create unique index ai_agent_sessions_open on public.ai_agent_sessions (active_at, id)
  where visibility = 'public' and ended_at is null;
create unique index ai_agent_sessions_live on public.ai_agent_sessions (agent_id, active_at, id)
  where ended_at is null;

alter table public.ai_agent_sessions enable row level security;
create policy "nobody" on public.ai_agent_sessions for all using (false);
grant select on public.ai_agent_sessions to service_role;

-- Head of wire.ts.
create type public.head as (
  session_id uuid,
  agent_id text,
  agent_name text,
  avatar_url text,
  status text,
  task jsonb,
  goal jsonb,
  latest text,
  to_seq bigint,
  messages_to bigint,
  viewers integer,
  counts jsonb,
  started_at timestamptz,
  last_event_at timestamptz,
  ended_at timestamptz,
  live boolean,
  live_sessions integer,
  listed boolean,
  rewritten_at timestamptz,
  topic text
);

-- A session is live until it ends or has been silent for `session_idle_ms`. For single rows: lists repeat the condition
-- in their queries, with the columns of their indexes.
create function private.is_live(session public.ai_agent_sessions) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  return session.ended_at is null and session.last_event_at > now() - private.time_of('session_idle_ms');
end
$$;

-- The number of live sessions of an agent, and when the next silent one ends.
create function private.live_sessions(of_agent text, out live_count integer, out next_idle_at timestamptz)
language plpgsql stable
set search_path = ''
as $$
declare
  idle_after interval := private.time_of('session_idle_ms');
begin
  select count(*)::integer, min(s.last_event_at) + idle_after
  into live_count, next_idle_at
  from public.ai_agent_sessions s
  where s.agent_id = of_agent
    and s.ended_at is null
    and s.active_at > now() - idle_after - interval '5 minutes'
    and s.last_event_at > now() - idle_after;
end
$$;
