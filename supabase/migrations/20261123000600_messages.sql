-- Chat: lines of a session in the order of `seq` = 1, 2, 3 …, assigned under the session's row lock. A line has a name
-- but no account, and viewers' ids are not kept (invariant 8).
-- Triggers on ai_stream_messages: rewrite_messages, rewrite_deleted_messages (760_rewriting); count_inserted_messages
-- (1400_stats_counting).

create table public.ai_stream_messages (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  seq bigint not null,
  id uuid not null,
  sender text not null,
  name text not null,
  text text not null,
  at timestamptz not null default clock_timestamp(),
  -- Serves session_messages and the chat that an ingest reply carries.
  primary key (session_id, seq),
  -- Serves the search for a repeated message.
  constraint message_id_unique unique (session_id, id),
  constraint seq_positive check (seq >= 1),
  constraint sender_known check (sender in ('viewer', 'agent')),
  constraint name_size check (octet_length(name) between 1 and private.limit_of('message_name_bytes')),
  constraint text_size check (octet_length(text) between 1 and private.limit_of('message_text_bytes')),
  constraint text_not_blank check (text ~ '\S' and name ~ '\S')
);

alter table public.ai_stream_messages enable row level security;
create policy "nobody" on public.ai_stream_messages for all using (false);
grant select on public.ai_stream_messages to service_role;

-- The agent's position in the chat of a session.
create table private.chat_cursors (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade,
  messages_to bigint not null
) with (fillfactor = 80);

alter table private.chat_cursors enable row level security;
create policy "nobody" on private.chat_cursors for all using (false);

-- Message of wire.ts.
create function private.message_json(message public.ai_stream_messages) returns jsonb
language sql stable
set search_path = ''
as $$
select jsonb_build_object(
  'seq', message.seq,
  'id', message.id,
  'session_id', message.session_id,
  'sender', message.sender,
  'name', message.name,
  'text', message.text,
  'at', message.at
)
$$;

-- The viewers' lines after `after`, or after the cursor; the cursor moves to the last line returned. One reply has at
-- most `reply_messages` lines and `reply_messages_bytes` of names and text, because an agent's model reads them all at
-- once; the rest comes with the next request. It leaves out the agent's own lines: the agent would answer itself.
create function private.take_messages(of_session uuid, after bigint, max_rows integer) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  handed_over jsonb;
  handed_to bigint;
begin
  after := coalesce(
    after,
    (select c.messages_to from private.chat_cursors c where c.session_id = of_session),
    0
  );
  select jsonb_agg(private.message_json(m.line) order by (m.line).seq), max((m.line).seq)
  into handed_over, handed_to
  from (
    select
      line,
      sum(octet_length(line.name) + octet_length(line.text)) over (order by line.seq) as total_bytes,
      row_number() over (order by line.seq) as position
    from public.ai_stream_messages line
    where line.session_id = of_session and line.seq > after and line.sender = 'viewer'
    order by line.seq
    limit least(max_rows, private.limit_of('reply_messages'))
  ) m
  where m.total_bytes <= private.limit_of('reply_messages_bytes') or m.position = 1;
  if handed_to is null then
    return jsonb '[]';
  end if;
  insert into private.chat_cursors as c (session_id, messages_to)
  values (of_session, handed_to)
  on conflict (session_id) do update set messages_to = excluded.messages_to
  where c.messages_to < excluded.messages_to;
  return handed_over;
end
$$;
