-- Everything that SQL knows about the event types, in one place: the list, the form of each type's data, and the text
-- that search reads. The table of events checks types and data, the search documents read the texts, and the figures
-- count by type, whatever the types are. A test of e2e compares all of it with the records of
-- functions/_shared/protocol.
-- Only functions of `private` call these.

-- plpgsql, because checks and plans then evaluate the call once: the planner would parse the body of a SQL function for
-- each statement.
create function private.statuses() returns text[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return '{starting,live,working,thinking,waiting,paused,error,done,offline}'::text[];
end
$$;

-- The types that hold text to find.
create function private.searched_types() returns text[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return '{thought,code,terminal,task,goal,milestone,error,preview,question,answer}'::text[];
end
$$;

create function private.event_types() returns text[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return private.searched_types() || '{status,usage}'::text[];
end
$$;

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
      return (data ->> 'status' = any (private.statuses())) is true
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
    when 'question' then
      return (jsonb_typeof(data -> 'question_id') = 'string') is true
        and octet_length(data ->> 'question_id') between 1 and private.limit_of('question_id_bytes')
        and (jsonb_typeof(data -> 'text') = 'string') is true
        and octet_length(data ->> 'text') between 1 and private.limit_of('question_text_bytes')
        and case data ->> 'kind'
          when 'choice' then data ? 'options'
          when 'text' then not data ? 'options'
          when 'approval' then true
          else false
        end
        and coalesce(private.is_question_options(data -> 'options'), not data ? 'options')
        and jsonb_typeof(data -> 'detail') = 'string'
        and octet_length(data ->> 'detail') <= private.limit_of('question_detail_bytes')
        and coalesce(
          jsonb_typeof(data -> 'expires_at') = 'string' and private.is_moment(data ->> 'expires_at'),
          not data ? 'expires_at'
        )
        and jsonb_typeof(data -> 'default') = 'string'
        and octet_length(data ->> 'default') between 1 and private.limit_of('answer_text_bytes')
        and (
          data ->> 'kind' = 'text' or not data ? 'default'
          or case
            when data ? 'options' then data -> 'options' @> jsonb_build_array(jsonb_build_object('id', data -> 'default'))
            else data ->> 'default' in ('approve', 'deny')
          end
        )
        and data - '{question_id,kind,text,options,detail,expires_at,default}'::text[] = '{}';
    when 'answer' then
      return (jsonb_typeof(data -> 'question_id') = 'string') is true
        and octet_length(data ->> 'question_id') between 1 and private.limit_of('question_id_bytes')
        and (data ->> 'by' in ('owner', 'viewers', 'local', 'timeout')) is true
        and (data ->> 'by' = 'timeout' or data ?| '{option,text}')
        and jsonb_typeof(data -> 'option') = 'string'
        and octet_length(data ->> 'option') between 1 and private.limit_of('option_id_bytes')
        and jsonb_typeof(data -> 'text') = 'string'
        and octet_length(data ->> 'text') <= private.limit_of('answer_text_bytes')
        and data - '{question_id,by,option,text}'::text[] = '{}';
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

-- A list of {id, label, description?}, each with an id of its own.
create function private.is_question_options(options jsonb) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(options) <> 'array' then
    return false;
  end if;
  return jsonb_array_length(options) between 1 and private.limit_of('question_options')
    and octet_length(options::text) <= 2 * private.limit_of('question_options_bytes')
    and not exists (
      select 1
      from jsonb_array_elements(options) option
      where jsonb_typeof(option) <> 'object' or not coalesce(
        jsonb_typeof(option -> 'id') = 'string'
        and octet_length(option ->> 'id') between 1 and private.limit_of('option_id_bytes')
        and jsonb_typeof(option -> 'label') = 'string'
        and octet_length(option ->> 'label') between 1 and private.limit_of('label_bytes')
        and coalesce(jsonb_typeof(option -> 'description') = 'string', not option ? 'description')
        and coalesce(octet_length(option ->> 'description'), 0) <= private.limit_of('description_bytes')
        and option - '{id,label,description}'::text[] = '{}',
        false
      )
    )
    and (select count(distinct option -> 'id') from jsonb_array_elements(options) option) = jsonb_array_length(options);
end
$$;

-- A time with its offset, in the range of the table. A reader may cast it.
create function private.is_moment(content text) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return content ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$'
    and content::timestamptz >= '1970-01-01 00:00:00+00' and content::timestamptz < '10000-01-01 00:00:00+00';
exception when data_exception then
  return false;
end
$$;

-- TaskData of event.ts; NULL means no task and passes.
create function private.is_task(task jsonb) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(task) <> 'object' then
    return false;
  end if;
  return (jsonb_typeof(task -> 'title') = 'string') is true
    and octet_length(task ->> 'title') between 1 and private.limit_of('title_bytes')
    and jsonb_typeof(task -> 'description') = 'string'
    and octet_length(task ->> 'description') <= private.limit_of('description_bytes')
    and task - '{title,description}'::text[] = '{}';
end
$$;

-- The file or topic of an event, if it names one.
create function private.title_of(type text, data jsonb) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return case type
    when 'code' then concat_ws(' ', data ->> 'filename', data ->> 'old_filename')
    when 'terminal' then data ->> 'command'
    when 'task' then data ->> 'title'
    when 'goal' then data ->> 'title'
    when 'milestone' then data ->> 'label'
    when 'error' then data ->> 'message'
    when 'preview' then data ->> 'url'
    when 'question' then data ->> 'text'
    when 'answer' then coalesce(data ->> 'text', data ->> 'option')
  end;
end
$$;

-- The text of an event. Of edits, the new text comes first.
create function private.text_of(type text, data jsonb) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  case type
    when 'thought' then
      return data ->> 'content';
    when 'terminal' then
      return data ->> 'text';
    when 'code' then
      return coalesce(data ->> 'content', (
        select concat_ws(
          e'\n', string_agg(edit ->> 'new_text', e'\n'), string_agg(hunk.added, e'\n'),
          string_agg(edit ->> 'old_text', e'\n'), string_agg(hunk.removed, e'\n')
        )
        from jsonb_array_elements(data -> 'edits') as edit,
          lateral (
            select
              (select string_agg(line, e'\n') from jsonb_array_elements_text(edit -> 'added') as line) as added,
              (select string_agg(line, e'\n') from jsonb_array_elements_text(edit -> 'removed') as line) as removed
          ) hunk
      ));
    when 'task', 'goal' then
      return data ->> 'description';
    when 'error' then
      return concat_ws(e'\n', data ->> 'file', data ->> 'stack', data ->> 'recovery_strategy');
    when 'question' then
      return concat_ws(e'\n', data ->> 'detail', (
        select string_agg(concat_ws(': ', option ->> 'label', option ->> 'description'), e'\n')
        from jsonb_array_elements(data -> 'options') as option
      ));
    else
      return null;
  end case;
end
$$;
