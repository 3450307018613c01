-- The table itself enforces the rules of event.ts and limits.ts: each text at its limit and one byte over it, each type
-- in valid and invalid forms, stored by a direct insert.
begin;
select plan(13);
\ir helpers/setup.psql

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
insert into public.ai_agent_sessions (id, agent_id, visibility)
values ('00000000-0000-4000-8000-000000000000', 'ada', 'public');

create function pg_temp.is_stored(type text, data jsonb, id text default 'e', at timestamptz default now())
returns boolean language plpgsql as $$
begin
  insert into public.ai_stream_events (session_id, seq, id, type, at, data)
  values ('00000000-0000-4000-8000-000000000000', 1, id, type, at, data);
  raise exception using errcode = 'P0999';
exception
  when sqlstate 'P0999' then return true;
  when check_violation or not_null_violation then return false;
end
$$;

create temp table sized (type text, field text, limit_name text, least jsonb);
insert into sized values
  ('thought', 'content', 'thought_content_bytes', '{"thought_type": "general"}'),
  ('thought', 'stream_id', 'stream_id_bytes', '{"thought_type": "general", "content": ""}'),
  ('code', 'filename', 'filename_bytes', '{"action": "delete"}'),
  ('code', 'language', 'language_bytes', '{"filename": "a", "action": "delete"}'),
  ('code', 'content', 'code_content_bytes', '{"filename": "a", "action": "write"}'),
  ('code', 'old_filename', 'filename_bytes', '{"filename": "a", "action": "rename"}'),
  ('terminal', 'command', 'command_bytes', '{"stream": "stdout", "text": ""}'),
  ('terminal', 'text', 'terminal_text_bytes', '{"stream": "stdout"}'),
  ('task', 'title', 'title_bytes', '{}'),
  ('task', 'description', 'description_bytes', '{"title": "t"}'),
  ('goal', 'title', 'title_bytes', '{}'),
  ('goal', 'description', 'description_bytes', '{"title": "t"}'),
  ('milestone', 'label', 'label_bytes', '{"completed": true}'),
  ('error', 'message', 'error_message_bytes', '{}'),
  ('error', 'file', 'filename_bytes', '{"message": "m"}'),
  ('error', 'stack', 'error_stack_bytes', '{"message": "m"}'),
  ('error', 'recovery_strategy', 'description_bytes', '{"message": "m"}'),
  ('usage', 'model', 'model_bytes', '{}');

select is_empty(
  $$
    select type, field from sized
    where not pg_temp.is_stored(type, least || jsonb_build_object(field, repeat('x', private.limit_of(limit_name)::integer)))
  $$,
  'every text is stored at its limit'
);
select is_empty(
  $$
    select type, field from sized
    where pg_temp.is_stored(type, least || jsonb_build_object(field, repeat('x', private.limit_of(limit_name)::integer - 1) || 'ü'))
  $$,
  'no text is stored one byte over it'
);
select is_empty(
  $$
    select type, field, wrong from sized, unnest(array['1', 'null', '[]', '{}', 'true']::jsonb[]) wrong
    where pg_temp.is_stored(type, least || jsonb_build_object(field, wrong))
  $$,
  'a value that is not text is not stored'
);

create temp table good (type text, data jsonb);
insert into good
select 'thought', jsonb_build_object('thought_type', t, 'content', '')
from unnest('{general,reasoning,decision,observation,evaluation,tool,context,prompt}'::text[]) t
union all
select 'thought', jsonb_build_object('thought_type', 'general', 'content', '', 'priority', p)
from unnest('{headline,working,detail}'::text[]) p
union all
select 'status', jsonb_build_object('status', s)
from unnest('{starting,live,working,thinking,waiting,paused,error,done,offline}'::text[]) s
union all
select 'terminal', jsonb_build_object('stream', s, 'text', '') from unnest('{stdout,stderr,input}'::text[]) s;
insert into good values
  ('thought', '{"thought_type": "general", "content": "", "done": true, "metadata": {}}'),
  ('thought', '{"thought_type": "prompt", "content": "", "metadata": {"tool": "t", "file": "f", "prompt_for": "p", "options": ["a"], "chosen": "a", "confidence": 0.5, "free": [1]}}'),
  ('thought', jsonb_build_object('thought_type', 'tool', 'content', '', 'metadata', jsonb_build_object('k', repeat('x', 16374)))),
  ('code', '{"filename": "a", "action": "edit", "content": ""}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"old_text": "", "new_text": "b"}, {"start": 0, "removed": ["a"], "added": []}]}'),
  ('terminal', '{"stream": "stdout", "text": "", "exit_code": -1}'),
  ('milestone', '{"label": "l", "completed": false}'),
  ('error', '{"message": "m", "line": 0}'),
  ('preview', '{"url": "HTTPS://example.org"}'), ('preview', '{"url": "http://[::1]:3000/@scope/ü?to=a@b#x"}'),
  ('preview', jsonb_build_object('url', rpad('https://x/', 2048, 'x'))),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "default": "d", "expires_at": "2026-11-22T10:05:00+01:00"}'),
  ('question', '{"question_id": "q", "kind": "approval", "text": "t", "detail": "rm -r dist", "default": "deny"}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a", "label": "A"}, {"id": "b", "label": "B", "description": ""}], "default": "b"}'),
  ('question', jsonb_build_object('question_id', repeat('q', 128), 'kind', 'text', 'text', repeat('t', 8192), 'detail', repeat('d', 65536))),
  ('answer', '{"question_id": "q", "by": "owner", "option": "a"}'), ('answer', '{"question_id": "q", "by": "viewers", "text": ""}'),
  ('answer', '{"question_id": "q", "by": "local", "option": "a", "text": "b"}'), ('answer', '{"question_id": "q", "by": "timeout"}'),
  ('usage', '{}'),
  ('usage', '{"input_tokens": 9007199254740991, "output_tokens": 0, "cost_usd": 0.25}');
select is_empty($$ select * from good where not pg_temp.is_stored(type, data) $$, 'data that event.ts allows is stored');

create temp table bad (type text, data jsonb);
insert into bad select type, data || '{"surplus": 1}' from good;
insert into bad values
  ('idea', '{}'), ('', '{}'),
  ('thought', '[]'), ('thought', '"text"'), ('thought', 'null'),
  ('thought', '{"content": ""}'), ('thought', '{"thought_type": "general"}'),
  ('thought', '{"thought_type": "loud", "content": ""}'),
  ('thought', '{"thought_type": "general", "content": "", "priority": "low"}'),
  ('thought', '{"thought_type": "general", "content": "", "priority": null}'),
  ('thought', '{"thought_type": "general", "content": "", "stream_id": ""}'),
  ('thought', '{"thought_type": "general", "content": "", "done": 1}'),
  ('thought', '{"thought_type": "general", "content": "", "metadata": []}'),
  ('thought', '{"thought_type": "general", "content": "", "metadata": null}'),
  ('thought', '{"thought_type": "general", "content": "", "metadata": {"options": "a"}}'),
  ('thought', '{"thought_type": "general", "content": "", "metadata": {"options": [1]}}'),
  ('thought', '{"thought_type": "general", "content": "", "metadata": {"confidence": 50}}'),
  ('thought', jsonb_build_object('thought_type', 'tool', 'content', '', 'metadata', jsonb_build_object('k', repeat('x', 32768)))),
  ('code', '{"filename": "a"}'), ('code', '{"filename": "", "action": "delete"}'), ('code', '{"action": "delete"}'),
  ('code', '{"filename": "a", "action": "move"}'),
  ('code', '{"filename": "a", "action": "write"}'),
  ('code', '{"filename": "a", "action": "edit"}'),
  ('code', '{"filename": "a", "action": "edit", "content": "", "edits": [{"old_text": "", "new_text": ""}]}'),
  ('code', '{"filename": "a", "action": "delete", "content": ""}'),
  ('code', '{"filename": "a", "action": "rename"}'),
  ('code', '{"filename": "a", "action": "write", "content": "", "old_filename": "b"}'),
  ('code', '{"filename": "a", "action": "edit", "edits": []}'),
  ('code', '{"filename": "a", "action": "edit", "edits": {}}'),
  ('code', '{"filename": "a", "action": "edit", "edits": null}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [1]}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"old_text": "a"}]}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"start": -1, "removed": [], "added": []}]}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"start": 1.5, "removed": [], "added": []}]}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"start": 1, "removed": [2], "added": []}]}'),
  ('code', '{"filename": "a", "action": "edit", "edits": [{"start": 1, "removed": [], "added": "x"}]}'),
  ('code', jsonb_build_object('filename', 'a', 'action', 'edit', 'edits', (
    select jsonb_agg('{"old_text": "", "new_text": ""}'::jsonb) from generate_series(1, private.limit_of('code_edits') + 1)
  ))),
  ('terminal', '{"text": ""}'), ('terminal', '{"stream": "stdin", "text": ""}'), ('terminal', '{"stream": "stdout"}'),
  ('terminal', '{"stream": "stdout", "text": "", "exit_code": "0"}'),
  ('terminal', '{"stream": "stdout", "text": "", "exit_code": 0.5}'),
  ('status', '{}'), ('status', '{"status": "asleep"}'), ('status', '{"status": null}'),
  ('task', '{}'), ('task', '{"title": ""}'), ('goal', '{"description": "d"}'),
  ('milestone', '{"label": "l"}'), ('milestone', '{"label": "l", "completed": "yes"}'), ('milestone', '{"completed": true}'),
  ('error', '{}'), ('error', '{"message": "m", "line": -1}'), ('error', '{"message": "m", "line": "1"}'),
  ('preview', '{"url": "https://x/\n"}'), ('preview', '{"url": "https://x/\u001b"}'), ('preview', '{"url": "https://x/\u0085"}'),
  ('preview', '{"url": "https://x/a b"}'), ('preview', '{"url": "https://user:pass@x/"}'), ('preview', '{"url": "https://@x"}'),
  ('preview', '{"url": "https:///user@x"}'), ('preview', '{"url": "https://"}'),
  ('preview', '{}'), ('preview', '{"url": "javascript:alert(1)"}'), ('preview', '{"url": "/relative"}'),
  ('preview', jsonb_build_object('url', rpad('https://x/', 2049, 'x'))),
  ('question', '{"kind": "text", "text": "t"}'), ('question', '{"question_id": "q", "kind": "text"}'),
  ('question', '{"question_id": "", "kind": "text", "text": "t"}'), ('question', '{"question_id": "q", "kind": "quiz", "text": "t"}'),
  ('question', '{"question_id": "q", "text": "t"}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t"}'), ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": []}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": null}'),
  ('question', '{"question_id": "q", "kind": "approval", "text": "t", "options": {}}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "options": [{"id": "a", "label": "A"}]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [1]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a"}]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a", "label": "A", "description": null}]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a", "label": "A", "more": 1}]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a", "label": "A"}, {"id": "a", "label": "B"}]}'),
  ('question', '{"question_id": "q", "kind": "choice", "text": "t", "options": [{"id": "a", "label": "A"}], "default": "b"}'),
  ('question', '{"question_id": "q", "kind": "approval", "text": "t", "default": "maybe"}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "default": null}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "expires_at": "soon"}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "expires_at": "2026-02-30T10:00:00Z"}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "expires_at": "2026-11-22T10:00:00"}'),
  ('question', '{"question_id": "q", "kind": "text", "text": "t", "expires_at": 5}'), ('question', '{"question_id": "q", "kind": "text", "text": "t", "expires_at": null}'),
  ('question', jsonb_build_object('question_id', repeat('q', 129), 'kind', 'text', 'text', 't')),
  ('question', jsonb_build_object('question_id', 'q', 'kind', 'text', 'text', repeat('t', 8193))),
  ('question', jsonb_build_object('question_id', 'q', 'kind', 'text', 'text', 't', 'detail', repeat('d', 65537))),
  ('question', jsonb_build_object('question_id', 'q', 'kind', 'choice', 'text', 't', 'options', (
    select jsonb_agg(jsonb_build_object('id', n::text, 'label', 'l')) from generate_series(0, private.limit_of('question_options')) n
  ))),
  ('answer', '{"question_id": "q", "by": "owner"}'), ('answer', '{"by": "owner", "option": "a"}'),
  ('answer', '{"question_id": "q", "by": "robot", "option": "a"}'), ('answer', '{"question_id": "q", "option": "a"}'),
  ('answer', '{"question_id": "q", "by": "owner", "option": ""}'), ('answer', '{"question_id": "q", "by": "owner", "option": null}'),
  ('answer', jsonb_build_object('question_id', 'q', 'by', 'owner', 'text', repeat('t', 8193))),
  ('usage', '{"input_tokens": -1}'), ('usage', '{"output_tokens": 1.5}'), ('usage', '{"cost_usd": -0.1}'),
  ('usage', '{"cost_usd": "1"}');
select is_empty($$ select * from bad where pg_temp.is_stored(type, data) $$, 'data that event.ts does not allow is not stored');

-- Numbers: each at its limits and beyond, and in odd spellings.
create temp table numbered (type text, field text, least numeric, most numeric, is_whole boolean, rest jsonb);
insert into numbered values
  ('thought', 'confidence', 0, 1, false, '{}'),
  ('code', 'start', 0, 2147483647, true, '{"removed": [], "added": ["x"]}'),
  ('terminal', 'exit_code', -2147483648, 4294967295, true, '{"stream": "stdout", "text": "said"}'),
  ('error', 'line', 0, 2147483647, true, '{"message": "said"}'),
  ('usage', 'input_tokens', 0, 9007199254740991, true, '{}'),
  ('usage', 'output_tokens', 0, 9007199254740991, true, '{}'),
  ('usage', 'cost_usd', 0, 1e9, false, '{}');
create temp table odd (value jsonb);
insert into odd
select number::jsonb
from unnest('{0,-0,1,-1,0.1,1e3,1E+2,1e-320,1e308,1e2000,2147483647,2147483648,-2147483648,-2147483649,4294967295,4294967296,1000000000,1000000001,1000000000000,1000000000001,9007199254740991,9007199254740992,9999999999999999,-9999999999999999}'::text[]) number;
create function pg_temp.with_number(numbered, value jsonb) returns jsonb language sql as $$
select case $1.type
  when 'thought' then jsonb_build_object(
    'thought_type', 'general', 'content', 'said', 'metadata', jsonb_build_object($1.field, value)
  )
  when 'code' then jsonb_build_object(
    'filename', 'a', 'action', 'edit', 'edits', jsonb_build_array($1.rest || jsonb_build_object($1.field, value))
  )
  else $1.rest || jsonb_build_object($1.field, value)
end
$$;
select is_empty(
  $$
    select n.type, n.field, value
    from numbered n, odd
    where pg_temp.is_stored(n.type, pg_temp.with_number(n, value))
      <> (value::numeric between n.least and n.most and (not n.is_whole or value::numeric = trunc(value::numeric)))
  $$,
  'a number is stored exactly when it is in its range'
);
select is_empty(
  $$
    select n.type, n.field, wrong
    from numbered n, unnest(array['"1"', '"NaN"', 'null', '[1]', '{}', 'true', '"１"']::jsonb[]) wrong
    where pg_temp.is_stored(n.type, pg_temp.with_number(n, wrong))
  $$,
  'a value that is not a number is not stored'
);
-- Bad data that is stored in spite of the checks does not break reading.
savepoint unchecked;
alter table public.ai_stream_events drop constraint data_form;
insert into public.ai_stream_events (session_id, seq, id, type, at, data)
select
  '00000000-0000-4000-8000-000000000000', row_number() over (), row_number() over (), n.type, now(),
  pg_temp.with_number(n, value)
from numbered n, odd;
select is(
  (select count(*) from search_events('said', max_rows => 100)), 72::bigint,
  'search finds the events whatever their numbers'
);
select lives_ok(
  $$
    select session_stats('00000000-0000-4000-8000-000000000000'), agent_stats('ada'),
      (select count(*) from session_events('00000000-0000-4000-8000-000000000000')),
      (select count(*) from find_sessions())
  $$,
  'and figures, pages and lists are read'
);
rollback to savepoint unchecked;

select ok(pg_temp.is_stored('usage', '{}', repeat('x', 128)), 'an id is stored at its limit');
select ok(
  not pg_temp.is_stored('usage', '{}', repeat('x', 129)) and not pg_temp.is_stored('usage', '{}', '')
    and not pg_temp.is_stored('usage', '{}', null),
  'a longer, an empty and a missing id are not'
);
select ok(
  pg_temp.is_stored('usage', '{}', 'e', '1970-01-01Z') and pg_temp.is_stored('usage', '{}', 'e', '9999-12-31 23:59:59Z'),
  'times from 1970 to 9999 are stored'
);
select ok(
  not pg_temp.is_stored('usage', '{}', 'e', '1969-12-31Z') and not pg_temp.is_stored('usage', '{}', 'e', 'infinity')
    and not pg_temp.is_stored('usage', '{}', 'e', null),
  'others are not'
);

select * from finish();
rollback;
