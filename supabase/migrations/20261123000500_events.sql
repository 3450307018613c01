-- Events of a session, in the order of `seq` = 1, 2, 3 … without gaps. The table is the truth; broadcasts are hints
-- (invariant 1). The client chooses an event's `id`, unique in the session (invariant 3). Kulti only adds rows.
-- Triggers on ai_stream_events: write_documents, remove_documents, remove_old_documents, write_new_documents,
-- write_whole_thoughts, move_some_documents (1310_search_documents); count_inserted_events (1400_stats_counting).

-- The rules of event.ts and limits.ts again, so that data which bypasses the functions still can't break a viewer.
-- NULL passes, as in a CHECK; a required field says `is true`. JSON may have twice the limit, which counts the compact
-- form: jsonb prints a space after each comma and colon.
-- A function, because Postgres keeps its plans: the same rules as CHECK expressions cost each append 0.4 ms to read
-- and plan. Here 500 events of 250 bytes take 2 ms.
create function private.is_event_data(type text, data jsonb) returns boolean
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(data) <> 'object' then
    return false;
  end if;
  case type
    when 'thought' then
      return (data ->> 'thought_type' in (
          'general', 'reasoning', 'decision', 'observation', 'evaluation', 'tool', 'context', 'prompt'
        )) is true
        and (jsonb_typeof(data -> 'content') = 'string') is true
        and octet_length(data ->> 'content') <= private.limit_of('thought_content_bytes')
        and coalesce(data ->> 'priority' in ('headline', 'working', 'detail'), not data ? 'priority')
        and coalesce(private.is_metadata(data -> 'metadata'), not data ? 'metadata')
        and jsonb_typeof(data -> 'stream_id') = 'string'
        and octet_length(data ->> 'stream_id') between 1 and private.limit_of('stream_id_bytes')
        and jsonb_typeof(data -> 'done') = 'boolean'
        and data - '{thought_type,content,priority,metadata,stream_id,done}'::text[] = '{}';
    when 'code' then
      return (jsonb_typeof(data -> 'filename') = 'string') is true
        and octet_length(data ->> 'filename') between 1 and private.limit_of('filename_bytes')
        and case data ->> 'action'
          when 'write' then data ? 'content' and not data ?| '{edits,old_filename}'
          when 'edit' then (data ? 'content') <> (data ? 'edits') and not data ? 'old_filename'
          when 'rename' then data ? 'old_filename' and not data ?| '{content,edits}'
          when 'delete' then not data ?| '{content,edits,old_filename}'
          else false
        end
        and jsonb_typeof(data -> 'language') = 'string'
        and octet_length(data ->> 'language') <= private.limit_of('language_bytes')
        and jsonb_typeof(data -> 'content') = 'string'
        and octet_length(data ->> 'content') <= private.limit_of('code_content_bytes')
        and coalesce(private.is_edits(data -> 'edits'), not data ? 'edits')
        and jsonb_typeof(data -> 'old_filename') = 'string'
        and octet_length(data ->> 'old_filename') between 1 and private.limit_of('filename_bytes')
        and data - '{filename,language,action,content,edits,old_filename}'::text[] = '{}';
    when 'terminal' then
      return (data ->> 'stream' in ('stdout', 'stderr', 'input')) is true
        and (jsonb_typeof(data -> 'text') = 'string') is true
        and octet_length(data ->> 'text') <= private.limit_of('terminal_text_bytes')
        and jsonb_typeof(data -> 'command') = 'string'
        and octet_length(data ->> 'command') <= private.limit_of('command_bytes')
        and private.is_whole(data -> 'exit_code', -private.limit_of('exit_code_below_zero'), private.limit_of('exit_code'))
        and data - '{command,stream,text,exit_code}'::text[] = '{}';
    when 'status' then
      return (data ->> 'status' in (
          'starting', 'live', 'working', 'thinking', 'waiting', 'paused', 'error', 'done', 'offline'
        )) is true
        and data - 'status' = '{}';
    when 'task', 'goal' then
      return private.is_task(data);
    when 'milestone' then
      return (jsonb_typeof(data -> 'label') = 'string') is true
        and octet_length(data ->> 'label') between 1 and private.limit_of('label_bytes')
        and (jsonb_typeof(data -> 'completed') = 'boolean') is true
        and data - '{label,completed}'::text[] = '{}';
    when 'error' then
      return (jsonb_typeof(data -> 'message') = 'string') is true
        and octet_length(data ->> 'message') between 1 and private.limit_of('error_message_bytes')
        and jsonb_typeof(data -> 'file') = 'string'
        and octet_length(data ->> 'file') <= private.limit_of('filename_bytes')
        and private.is_whole(data -> 'line', 0, private.limit_of('line_number'))
        and jsonb_typeof(data -> 'stack') = 'string'
        and octet_length(data ->> 'stack') <= private.limit_of('error_stack_bytes')
        and jsonb_typeof(data -> 'recovery_strategy') = 'string'
        and octet_length(data ->> 'recovery_strategy') <= private.limit_of('description_bytes')
        and data - '{message,file,line,stack,recovery_strategy}'::text[] = '{}';
    when 'preview' then
      return (jsonb_typeof(data -> 'url') = 'string') is true
        and octet_length(data ->> 'url') <= private.limit_of('url_bytes')
        and private.is_web_address(data ->> 'url')
        and data - 'url' = '{}';
    when 'usage' then
      return jsonb_typeof(data -> 'model') = 'string'
        and octet_length(data ->> 'model') between 1 and private.limit_of('model_bytes')
        and private.is_whole(data -> 'input_tokens', 0, private.limit_of('tokens'))
        and private.is_whole(data -> 'output_tokens', 0, private.limit_of('tokens'))
        and jsonb_typeof(data -> 'cost_usd') = 'number'
        and data -> 'cost_usd' between '0' and to_jsonb(private.limit_of('cost_usd'))
        and data - '{model,input_tokens,output_tokens,cost_usd}'::text[] = '{}';
    else
      return false;
  end case;
end
$$;

-- Compares as jsonb, which holds any number. [0-9], because \d matches the digits of all scripts.
create function private.is_whole(number jsonb, min_value bigint, max_value bigint) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return jsonb_typeof(number) = 'number'
    and number #>> '{}' ~ '^-?[0-9]{1,16}$'
    and number between to_jsonb(min_value) and to_jsonb(max_value);
end
$$;

-- Checks the types of the known keys; other keys are free.
create function private.is_metadata(metadata jsonb) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(metadata) <> 'object' then
    return false;
  end if;
  return coalesce(
    octet_length(metadata::text) <= 2 * private.limit_of('metadata_bytes')
    and jsonb_typeof(metadata -> 'tool') = 'string'
    and jsonb_typeof(metadata -> 'file') = 'string'
    and jsonb_typeof(metadata -> 'prompt_for') = 'string'
    and jsonb_typeof(metadata -> 'chosen') = 'string'
    and jsonb_typeof(metadata -> 'options') = 'array'
    and not metadata @? '$.options[*] ? (@.type() != "string")'
    and jsonb_typeof(metadata -> 'confidence') = 'number'
    and metadata -> 'confidence' between '0' and '1',
    true
  );
end
$$;

-- A list of {old_text, new_text} and {start, removed: [line], added: [line]}.
create function private.is_edits(edits jsonb) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(edits) <> 'array' then
    return false;
  end if;
  return jsonb_array_length(edits) between 1 and private.limit_of('code_edits')
    and octet_length(edits::text) <= 2 * private.limit_of('code_edits_bytes')
    and not jsonb_path_exists(edits, '$[*] ? (!(
      @.old_text.type() == "string" && @.new_text.type() == "string"
      || @.start.type() == "number" && @.start >= 0 && @.start <= $most && @.start == @.start.floor()
        && @.removed.type() == "array" && @.added.type() == "array"
    ))', jsonb_build_object('most', private.limit_of('line_number')), true)
    and not edits @? '$[*].removed[*] ? (@.type() != "string")'
    and not edits @? '$[*].added[*] ? (@.type() != "string")';
end
$$;

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
  constraint type_known check (
    type in ('thought', 'code', 'terminal', 'status', 'task', 'goal', 'milestone', 'error', 'preview', 'usage')
  ),
  constraint at_range check (at >= '1970-01-01 00:00:00+00' and at < '10000-01-01 00:00:00+00'),
  constraint data_form check (private.is_event_data(type, data)),
  constraint data_size check (size_bytes <= 2 * private.limit_of('body_bytes'))
);

alter table public.ai_stream_events enable row level security;
create policy "nobody" on public.ai_stream_events for all using (false);
grant select on public.ai_stream_events to service_role;
