-- Events of a session, in the order of `seq` = 1, 2, 3 … without gaps. The table is the truth; broadcasts are hints
-- (invariant 1). The client chooses an event's `id`, unique in the session (invariant 3). Kulti only adds rows.
-- Triggers on ai_stream_events: write_documents, remove_documents, remove_old_documents, write_new_documents,
-- write_whole_thoughts, write_shorter_thoughts, move_some_documents (1310_search_documents); count_inserted_events
-- (1400_stats_counting); rewrite_events, rewrite_deleted_events (760_rewriting).

create table public.ai_stream_events (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  seq bigint not null,
  id text not null,
  type text not null,
  -- The client's clock; it may run backwards, `seq` does not.
  at timestamptz not null,
  data jsonb not null,
  size_bytes integer not null generated always as (octet_length(data::text)) stored,
  received_at timestamptz not null default clock_timestamp(),
  -- Serves session_events.
  primary key (session_id, seq),
  -- Serves the search for duplicates.
  constraint id_unique unique (session_id, id),
  constraint seq_positive check (seq >= 1),
  constraint id_size check (octet_length(id) between 1 and private.limit_of('event_id_bytes')),
  constraint type_known check (type = any (private.event_types())),
  constraint at_range check (at >= '1970-01-01 00:00:00+00' and at < '10000-01-01 00:00:00+00'),
  constraint data_form check (private.is_event_data(type, data)),
  constraint data_size check (size_bytes <= 2 * private.limit_of('body_bytes'))
);

alter table public.ai_stream_events enable row level security;
create policy "nobody" on public.ai_stream_events for all using (false);
grant select on public.ai_stream_events to service_role;
