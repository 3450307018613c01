-- An agent removes a leaked text from a session: it leaves every table, the search, the head and stored broadcasts, and
-- whatever else the session holds stays in place.
begin;
select plan(32);
\ir helpers/setup.psql

create function pg_temp.session(n integer) returns uuid language sql as $$
select ('00000000-0000-4000-8000-00000000000' || n)::uuid
$$;
create function pg_temp.scrub(secret text, n integer default 1, agent text default 'ada') returns jsonb language sql as $$
select scrub_session(pg_temp.key_of(agent), pg_temp.session(n), secret)
$$;
create function pg_temp.data(of_seq bigint, n integer default 1) returns jsonb language sql as $$
select e.data from ai_stream_events e where e.session_id = pg_temp.session(n) and e.seq = of_seq
$$;

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');

-- Each field of each type, in the order of `seq`.
create temp table leaked (seq bigint generated always as identity, type text, data jsonb);
insert into leaked (type, data) values
  ('thought', '{"thought_type": "general", "content": "It is hunter2-xyz, twice hunter2-xyz.", "metadata": {"file": "a/hunter2-xyz", "deep": [[{"hunter2-xyz": "k"}]], "n": 7}}'),
  ('code', '{"filename": "conf/hunter2-xyz.ini", "action": "write", "content": "p=hunter2-xyz\nq=1\n"}'),
  ('code', '{"filename": "conf/hunter2-xyz.ini", "action": "edit", "edits": [{"old_text": "p=hunter2-xyz", "new_text": "p=2"}]}'),
  ('code', '{"filename": "conf/hunter2-xyz.ini", "action": "edit", "edits": [{"start": 0, "removed": ["p=2"], "added": ["p=hunter2-xyz"]}]}'),
  ('code', '{"filename": "b.ini", "old_filename": "conf/hunter2-xyz.ini", "action": "rename"}'),
  ('terminal', '{"command": "login hunter2-xyz", "stream": "stdout", "text": "hunter2-xyz ok", "exit_code": 0}'),
  ('task', '{"title": "Use hunter2-xyz", "description": "As hunter2-xyz said"}'),
  ('goal', '{"title": "hunter2-xyz"}'),
  ('milestone', '{"label": "hunter2-xyz", "completed": true}'),
  ('error', '{"message": "bad hunter2-xyz", "file": "hunter2-xyz", "line": 3, "stack": "at hunter2-xyz", "recovery_strategy": "hunter2-xyz"}'),
  ('preview', '{"url": "https://hunter2-xyz.example/hunter2-xyz"}'),
  ('usage', '{"model": "hunter2-xyz", "input_tokens": 1}'),
  ('question', '{"question_id": "hunter2-xyz", "kind": "choice", "text": "hunter2-xyz?", "detail": "hunter2-xyz", "options": [{"id": "hunter2-xyz", "label": "hunter2-xyz"}], "default": "hunter2-xyz"}'),
  ('answer', '{"question_id": "hunter2-xyz", "by": "local", "option": "hunter2-xyz", "text": "hunter2-xyz"}'),
  ('status', '{"status": "working"}'),
  ('thought', '{"thought_type": "general", "content": "Innocent."}'),
  ('thought', '{"thought_type": "general", "content": "The last: hunter2-xyz"}');
select is(
  (select array_agg(distinct type order by type) from leaked), (select array_agg(t order by t) from unnest(private.event_types()) t),
  'the example has each event type'
);
select pg_temp.send('ada', pg_temp.session(1), (
  select jsonb_agg(pg_temp.event(l.type, l.data, 'id-hunter2-xyz-' || l.seq) order by l.seq) from leaked l
));
select pg_temp.send('ada', pg_temp.session(2), jsonb_build_array(pg_temp.event('thought', '{"thought_type": "general", "content": "hunter2-xyz elsewhere"}')));
select post_message(jsonb_build_object('session_id', pg_temp.session(1), 'viewer_id', 'v', 'name', 'hunter2-xyz', 'text', 'Is it hunter2-xyz?'));
select post_message(jsonb_build_object('session_id', pg_temp.session(1), 'viewer_id', 'v', 'name', 'Vera', 'text', 'Innocent too'));
select touch_viewer(pg_temp.session(1), 'v');
select isnt_empty($$ select * from search_events('hunter2') where session_id = pg_temp.session(1) $$, 'the search finds the text before');
select isnt_empty($$ select * from sent where payload::text ~ 'hunter2' and topic ~ '0001' $$, 'stored broadcasts hold it before');

select is(
  pg_temp.scrub('hunter2-xyz'),
  jsonb_build_object('session_id', pg_temp.session(1), 'events', 17, 'messages', 1),
  'the reply counts what was changed, and does not show it'
);

-- Every text of every table that belongs to the session.
create function pg_temp.left_in_tables(secret text) returns setof text language plpgsql as $$
declare
  found_table record;
  is_left boolean;
begin
  for found_table in
    select c.table_schema, c.table_name, min(c.column_name) as key
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema in ('public', 'private') and t.table_type = 'BASE TABLE'
      and (c.column_name = 'session_id' or c.table_name = 'ai_agent_sessions' and c.column_name = 'id')
    group by 1, 2
  loop
    execute format(
      'select exists (select 1 from %I.%I r where r.%I = $1 and strpos(r::text, $2) > 0)',
      found_table.table_schema, found_table.table_name, found_table.key
    )
    into is_left using pg_temp.session(1), secret;
    if is_left then
      return next found_table.table_name;
    end if;
  end loop;
end
$$;
select isnt_empty($$ select pg_temp.left_in_tables('Innocent') $$, 'the look through all tables finds what is there');
select is_empty($$ select pg_temp.left_in_tables('hunter2') $$, 'invariant 9: no table of the session holds the text');
select is_empty($$ select * from search_events('hunter2') where session_id = pg_temp.session(1) $$, 'invariant 9: the search does not find it');
select is_empty($$ select * from sent where payload::text ~ 'hunter2' and (topic ~ '0001' or payload ->> 'session_id' ~ '0001') $$, 'invariant 9: no stored broadcast of the session holds it');
select isnt_empty($$ select * from search_events('hunter2') where session_id = pg_temp.session(2) $$, 'another session keeps it');
select is((session_head(pg_temp.session(1))).latest, 'The last: [removed]', 'the head has the new text');
select is((session_head(pg_temp.session(1))).task ->> 'title', 'Use [removed]', 'the head has the new task');
select isnt((session_head(pg_temp.session(1))).rewritten_at, null, 'open pages read the session anew');

select is(
  pg_temp.data(1),
  '{"thought_type": "general", "content": "It is [removed], twice [removed].", "metadata": {"file": "a/[removed]", "deep": [[{"[removed]": "k"}]], "n": 7}}',
  'a thought loses it everywhere, also a key of its metadata'
);
select is(pg_temp.data(3), '{"filename": "conf/[removed].ini", "action": "edit", "edits": [{"old_text": "p=[removed]", "new_text": "p=2"}]}', 'an edit still fits its file');
select is(pg_temp.data(11), '{"url": "https://removed.invalid/"}', 'an address becomes one that leads nowhere');
select is(pg_temp.data(13) -> 'default', '"[removed]"', 'a question''s default still is one of its options');
select is(pg_temp.data(16), '{"thought_type": "general", "content": "Innocent."}', 'other events stay');
select is((select count(*) from ai_stream_events where session_id = pg_temp.session(1)), 17::bigint, 'positions stay');
select is_empty($$ select id from ai_stream_events where session_id = pg_temp.session(1) and id ~ 'hunter2' $$, 'an id that held it is another');
select is(
  (select array_agg(name || ': ' || text order by seq) from ai_stream_messages where session_id = pg_temp.session(1)),
  array['[removed]: Is it [removed]?', 'Vera: Innocent too'], 'chat loses it, name and text'
);

-- A secret in pieces.
create function pg_temp.piece(content text, is_done boolean default false) returns jsonb language sql as $$
select pg_temp.event('thought', jsonb_build_object('thought_type', 'general', 'content', content, 'stream_id', 's1')
  || case when is_done then '{"done": true}' else '{}' end::jsonb)
$$;
create function pg_temp.output(content text, stream text default 'stdout') returns jsonb language sql as $$
select pg_temp.event('terminal', jsonb_build_object('stream', stream, 'text', content))
$$;
select pg_temp.send('ada', pg_temp.session(3), jsonb_build_array(
  pg_temp.piece('key: swo'), pg_temp.output('a sw'), pg_temp.piece('rdf'), pg_temp.output('err', 'stderr'),
  pg_temp.output('ordfish'), pg_temp.piece('ish. swordfishsword'), pg_temp.piece('fish end', true), pg_temp.output(' swordfis')
));
select isnt_empty($$ select * from search_events('swordfish') where session_id = pg_temp.session(3) $$, 'the search finds a streamed text before');
select is(pg_temp.scrub('swordfish', 3) -> 'events', '6', 'pieces that hold a part of it count');
select is(
  (select array_agg(coalesce(data ->> 'content', data ->> 'text') order by seq) from ai_stream_events where session_id = pg_temp.session(3)),
  array['key: [removed]', 'a [removed]', '', 'err', '', '. [removed][removed]', ' end', ' swordfis'],
  'a text split over pieces is removed, with the mark where it began'
);
select is_empty($$ select * from search_events('swordfish') where session_id = pg_temp.session(3) $$, 'invariant 9: the search does not find it then');

-- Odd texts.
select pg_temp.send('ada', pg_temp.session(4), jsonb_build_array(
  pg_temp.event('thought', jsonb_build_object(
    'thought_type', 'general', 'content', e'say "hé\\llo"\n4111111111111111 general',
    'metadata', jsonb_build_object('card', 4111111111111111, 'other', 7)
  )),
  pg_temp.event('terminal', '{"stream": "stdout", "text": "x", "exit_code": 4111}')
));
select pg_temp.scrub(e'"hé\\llo"\n', 4), pg_temp.scrub('4111', 4), pg_temp.scrub('general', 4);
select is(
  pg_temp.data(1, 4),
  '{"thought_type": "general", "content": "say [removed][rem[rem[rem[rem [remove", "metadata": {"card": "[rem", "other": 7}}'::jsonb
    || jsonb_build_object('content', 'say [removed][rem111111111111 [remove'),
  'quotes, line breaks and numbers are found; a short mark replaces a short text; the type of a thought stays'
);
select is(pg_temp.data(2, 4), '{"stream": "stdout", "text": "x", "exit_code": 4111}', 'an exit code stays');
select is(pg_temp.refusal($$ select pg_temp.scrub('[removed]', 4) $$), 'PT422 invalid_request', 'the mark itself is refused');
select is(pg_temp.refusal($$ select pg_temp.scrub('abc', 4) $$), 'PT422 invalid_request', 'a text that would hit ordinary words is refused');

-- Depth, and who may not.
select pg_temp.send('ada', pg_temp.session(5), jsonb_build_array(pg_temp.event('thought', jsonb_build_object(
  'thought_type', 'general', 'content', 'x', 'metadata', jsonb_build_object('deep', (repeat('[', 480) || '"deep-secret"' || repeat(']', 480))::jsonb)
))));
select is(pg_temp.scrub('deep-secret', 5) -> 'events', '1', 'a value under 480 levels is found');
select is(pg_temp.refusal($$ select pg_temp.scrub('innocent', 1, 'bob') $$), 'PT404 session_not_found', 'another agent may not scrub a session');
select is(pg_temp.refusal($$ select scrub_session(repeat('z', 64), pg_temp.session(1), 'innocent') $$), 'PT401 unknown_key', 'a key that nobody has may scrub nothing');
select is(
  pg_temp.refusal($$ select pg_temp.scrub('nothing here', 1) from generate_series(1, 40) $$), 'PT429 rate_limited', 'removals are limited'
);

select * from finish();
rollback;
