-- Figures: the counts of a session and of an agent, their readers, and that reading them reads no event.
begin;
select plan(62);
\ir helpers/setup.psql

create function pg_temp.id(session text) returns uuid language sql as $$
select (session || '-0000-4000-8000-000000000000')::uuid
$$;
-- [second, type, data] of each event; ids count from `first`.
create function pg_temp.append(agent text, session text, first integer, events jsonb) returns jsonb language sql as $$
select pg_temp.send(agent, pg_temp.id(session), (
  select jsonb_agg(jsonb_build_object(
    'id', 'e' || first + n, 'type', e -> 1, 'data', e -> 2,
    'at', timestamptz '2026-11-22T10:00:00Z' + (e ->> 0)::numeric * interval '1 second'
  ) order by n)
  from jsonb_array_elements(events) with ordinality as item (e, n)
))
$$;
create function pg_temp.stats(session text) returns jsonb language sql as $$ select session_stats(pg_temp.id(session)) $$;
create function pg_temp.code(filename text, action text, more jsonb default '{}') returns jsonb language sql as $$
select jsonb_build_object('filename', filename, 'action', action) || more
$$;
-- Everything kept of a session, without its name.
create function pg_temp.kept(session text) returns jsonb language sql as $$
select jsonb_build_array(
  (select to_jsonb(c) - 'session_id' from private.session_clocks c where c.session_id = pg_temp.id(session)),
  (select jsonb_agg(to_jsonb(m) - 'session_id' order by minute, type) from private.session_minutes m where m.session_id = pg_temp.id(session)),
  (select jsonb_agg(to_jsonb(d) - 'session_id' order by day) from private.session_days d where d.session_id = pg_temp.id(session)),
  (select jsonb_agg(to_jsonb(c) - 'session_id' order by day, type) from private.session_day_counts c where c.session_id = pg_temp.id(session)),
  (select jsonb_agg(to_jsonb(f) - 'session_id' order by filename) from private.session_files f where f.session_id = pg_temp.id(session))
)
$$;

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob", "visibility": "unlisted"}', repeat('b', 64), 'klt_bbbbbbbb');
select register_agent('{"agent_id": "cid", "visibility": "private"}', repeat('c', 64), 'klt_cccccccc');

-- A session with something of everything.
create temp table work as select '[
  [0, "status", {"status": "starting"}],
  [10, "thought", {"thought_type": "general", "content": "10 s of thinking"}],
  [15, "task", {"title": "t"}],
  [15, "goal", {"title": "g"}],
  [30, "terminal", {"stream": "stdout", "command": "make", "text": ""}],
  [40, "terminal", {"stream": "stderr", "text": "no", "exit_code": 2}],
  [41, "error", {"message": "first"}],
  [42, "error", {"message": "second"}],
  [50, "status", {"status": "thinking"}],
  [70, "terminal", {"stream": "stdout", "command": "make", "text": "", "exit_code": 0}],
  [70, "error", {"message": "third"}],
  [71, "status", {"status": "waiting"}],
  [131, "thought", {"thought_type": "general", "content": "asked and answered"}],
  [131, "status", {"status": "working"}],
  [140, "thought", {"thought_type": "general", "content": "a", "stream_id": "s"}],
  [141, "thought", {"thought_type": "general", "content": "b", "stream_id": "s"}],
  [142, "thought", {"thought_type": "general", "content": "c", "stream_id": "s", "done": true}],
  [142, "usage", {"model": "m", "input_tokens": 1000, "output_tokens": 10, "cost_usd": 0.1}],
  [142, "usage", {"input_tokens": 999999999999, "cost_usd": 0.2}],
  [142, "usage", {}],
  [150, "preview", {"url": "https://example.org"}],
  [150, "question", {"question_id": "q", "kind": "text", "text": "t"}],
  [150, "answer", {"question_id": "q", "by": "timeout"}],
  [151, "milestone", {"label": "m", "completed": false}]
]'::jsonb as events;
select pg_temp.append('ada', 'aaaaaaaa', 0, (select events from work));

select is(
  pg_temp.stats('aaaaaaaa') -> 'events',
  '{
    "thought": 3, "terminal": 3, "status": 4, "task": 1, "goal": 1, "milestone": 1, "error": 3, "preview": 1, "usage": 3,
    "question": 1, "answer": 1
  }',
  'events are counted by type, a streamed thought when it is done'
);
select is(
  (pg_temp.stats('aaaaaaaa') -> 'events' ->> 'thought')::integer,
  ((session_head(pg_temp.id('aaaaaaaa'))).counts ->> 'thoughts')::integer,
  'thoughts are counted as in the head'
);
select is(
  pg_temp.stats('aaaaaaaa') -> 'time',
  '{"thinking_ms": 42000, "working_ms": 49000, "waiting_ms": 60000}',
  'time counts as thinking before a thought or under that status, as waiting under that status, else as working'
);
select is(
  pg_temp.stats('aaaaaaaa') -> 'commands', '{"run": 2, "failed": 1}',
  'a named command counts as run, and as failed by its exit code'
);
select is(
  pg_temp.stats('aaaaaaaa') -> 'errors', '{"count": 3, "recovered": 2}',
  'a command that succeeds recovers the errors before it; a milestone that is not reached recovers none'
);
select is(
  pg_temp.stats('aaaaaaaa') -> 'usage',
  '{"input_tokens": 1000000000999, "output_tokens": 10, "cost_usd": 0.3}', 'tokens and cost are summed exactly'
);
select is(
  jsonb_path_query_array(pg_temp.stats('aaaaaaaa'), '$.buckets[*].seq'), '[1, 10, 13]',
  'a bucket is a minute and knows its first event'
);
select is(
  pg_temp.stats('aaaaaaaa') #> '{buckets,1}',
  '{
    "at": "2026-11-22T10:01:00+00:00", "seq": 10, "viewers": 0, "events": {"terminal": 1, "error": 1, "status": 1}
  }',
  'a bucket has its start and its events by type'
);
select is(
  (
    select jsonb_object_agg(key, n)
    from (
      select key, sum(value::integer) as n
      from jsonb_path_query(pg_temp.stats('aaaaaaaa'), '$.buckets[*].events') counts, jsonb_each_text(counts)
      group by key
    ) summed
  ),
  pg_temp.stats('aaaaaaaa') -> 'events', 'the buckets add up to the total'
);
select set_eq(
  $$ select jsonb_object_keys(pg_temp.stats('aaaaaaaa')) $$,
  array[
    'events', 'time', 'files', 'commands', 'errors', 'usage', 'chat', 'session_id', 'agent_id', 'first_at', 'last_at',
    'to_seq', 'viewers', 'bucket_ms', 'buckets', 'most_watched'
  ],
  'session_stats has the fields of wire.ts'
);

-- The same once more.
select set_config('test.kept', pg_temp.kept('aaaaaaaa')::text, true);
select pg_temp.append('ada', 'aaaaaaaa', 0, (select events from work));
select is(pg_temp.kept('aaaaaaaa'), current_setting('test.kept')::jsonb, 'invariant 3: a duplicate batch counts nothing');
select pg_temp.append('ada', 'aaaaaaaa', 17, '[
  [1, "usage", {}], [1, "usage", {}], [1, "usage", {}], [1, "usage", {}], [1, "usage", {}], [1, "usage", {}],
  [1, "usage", {}], [151, "milestone", {"label": "m", "completed": true}]
]');
select is(
  pg_temp.stats('aaaaaaaa') -> 'events' -> 'usage', '3', 'invariant 3: new events of a partly known batch are counted'
);
select is(pg_temp.stats('aaaaaaaa') -> 'errors' -> 'recovered', '3', 'a milestone that is reached recovers the errors before it');

-- The batches make no difference.
select pg_temp.append('ada', 'aaaaaaab', n::integer, jsonb_build_array(e))
from work, jsonb_array_elements(events) with ordinality as item (e, n) order by n;
select is(
  pg_temp.kept('aaaaaaab'), current_setting('test.kept')::jsonb, 'counting event by event equals counting one batch'
);

-- Files.
select pg_temp.append('ada', 'aaaaaaac', 0, jsonb_build_array(
  jsonb_build_array(0, 'code', pg_temp.code('a', 'write', '{"content": "1\n2\n3\n"}'))
));
select is(
  pg_temp.stats('aaaaaaac') -> 'files', '{"touched": 1, "lines_added": 3, "lines_removed": 0}',
  'the first write of a file adds its lines'
);
select pg_temp.append('ada', 'aaaaaaac', 10, jsonb_build_array(
  jsonb_build_array(0, 'code', pg_temp.code('a', 'write', '{"content": "1\n2\n3\n4\n5"}')),
  jsonb_build_array(0, 'code', pg_temp.code('a', 'edit', '{"content": "1\n"}'))
));
select is(
  pg_temp.stats('aaaaaaac') -> 'files', '{"touched": 1, "lines_added": 5, "lines_removed": 4}',
  'a second write adds or removes the difference, also across batches'
);
select pg_temp.append('ada', 'aaaaaaac', 20, jsonb_build_array(
  jsonb_build_array(0, 'code', pg_temp.code('a', 'edit', '{"edits": [
    {"old_text": "x\ny\nz", "new_text": "x\nY\nYY\nz"},
    {"old_text": "same", "new_text": "same"},
    {"old_text": "", "new_text": "one\ntwo\n"},
    {"start": 3, "removed": ["p", "q"], "added": ["r"]}
  ]}'))
));
select is(
  pg_temp.stats('aaaaaaac') -> 'files', '{"touched": 1, "lines_added": 10, "lines_removed": 7}',
  'an edit counts the lines that differ, not those quoted around them'
);
select is(
  (select lines from private.session_files where session_id = pg_temp.id('aaaaaaac')), 3::bigint,
  'an edit changes the length of the file'
);
select pg_temp.append('ada', 'aaaaaaac', 30, jsonb_build_array(
  jsonb_build_array(0, 'code', pg_temp.code('b', 'rename', '{"old_filename": "a"}')),
  jsonb_build_array(0, 'code', pg_temp.code('b', 'delete')),
  jsonb_build_array(0, 'code', pg_temp.code('b', 'write', '{"content": "back"}')),
  jsonb_build_array(0, 'code', pg_temp.code('d', 'rename', '{"old_filename": "c"}')),
  jsonb_build_array(0, 'code', pg_temp.code('d', 'rename', '{"old_filename": "d"}')),
  jsonb_build_array(0, 'code', pg_temp.code('e', 'write', '{"content": ""}'))
));
select is(
  pg_temp.stats('aaaaaaac') -> 'files', '{"touched": 3, "lines_added": 11, "lines_removed": 10}',
  'a renamed file is the same file, a deleted one removes its lines'
);
select results_eq(
  $$ select filename, lines from private.session_files where session_id = pg_temp.id('aaaaaaac') order by 1 $$,
  $$ values ('b', 1::bigint), ('d', 0), ('e', 0) $$,
  'files are known by their last name'
);
select results_eq(
  $$
    select added, removed
    from unnest(array[
      '[{"old_text": "a\nb\n", "new_text": "a\n"}]', '[{"old_text": "a", "new_text": "a\na"}]',
      '[{"old_text": "a\nb\na", "new_text": "a"}]', '[{"old_text": "a", "new_text": "b"}]',
      '[{"old_text": "a\nb", "new_text": "b\na"}]', '[{"old_text": "a", "new_text": ""}]'
    ]) with ordinality as given (edits, position), private.count_edits(edits::jsonb)
    order by position
  $$,
  $$ values (0::bigint, 1::bigint), (1, 0), (0, 2), (1, 1), (2, 2), (0, 1) $$,
  'private.count_edits never counts a line twice'
);
select is(
  private.count_lines('') || ' ' || private.count_lines('a') || ' ' || private.count_lines(E'a\n') || ' ' || private.count_lines(E'\n\nb'),
  '0 1 1 3', 'private.count_lines counts a last line with or without its line feed'
);

-- Time.
select pg_temp.append('ada', 'aaaaaaad', 0, '[
  [0, "status", {"status": "working"}],
  [100000, "usage", {}],
  [50, "usage", {}],
  [100005, "usage", {}],
  [100005, "status", {"status": "done"}],
  [100095, "usage", {}]
]');
select is(
  pg_temp.stats('aaaaaaad') -> 'time', '{"thinking_ms": 0, "working_ms": 1805000, "waiting_ms": 0}',
  'a silence counts half an hour; a clock that jumps back and events after the end count nothing'
);
select is(
  pg_temp.stats('aaaaaaad') ->> 'last_at', '2026-11-23T13:48:15+00:00', 'time is the greatest so far, as in the player'
);
select is(
  (
    select jsonb_agg(array[c.day::text, c.type, c.count::text] order by c.day, c.type)
    from private.session_day_counts c
    where c.session_id = pg_temp.id('aaaaaaad')
  ),
  '[["2026-11-22", "status", "1"], ["2026-11-23", "status", "1"], ["2026-11-23", "usage", "4"]]', 'a session that goes on after midnight counts for both days'
);
update ai_agent_sessions set last_event_at = now() - interval '10 seconds', status = 'waiting' where id = pg_temp.id('aaaaaaaa');
select is(
  pg_temp.stats('aaaaaaaa') -> 'time' -> 'waiting_ms', '70000', 'the time since a live session''s last event counts'
);
update ai_agent_sessions set last_event_at = now() - interval '1 hour' where id = pg_temp.id('aaaaaaaa');
select is(pg_temp.stats('aaaaaaaa') -> 'time' -> 'waiting_ms', '60000', 'the time since a silent session''s last event does not count');

-- Long ones.
select pg_temp.append('ada', 'aaaaaaae', 0, (
  select jsonb_agg(jsonb_build_array(n * 600, 'usage', '{}'::jsonb)) from generate_series(0, 499) n
));
select cmp_ok(jsonb_array_length(pg_temp.stats('aaaaaaae') -> 'buckets'), '<=', 240, 'there are at most 240 buckets');
select is(pg_temp.stats('aaaaaaae') -> 'bucket_ms', '1800000', 'a long session has longer buckets');
select is(
  (
    select sum((b -> 'events' ->> 'usage')::integer) from jsonb_array_elements(pg_temp.stats('aaaaaaae') -> 'buckets') b
  ),
  500::bigint, 'longer buckets hold every event'
);
select results_eq(
  $$
    select private.bucket_size('2026-01-01T00:00:59Z', '2026-01-01T00:00:59Z'::timestamptz + minutes * interval '1 minute')
    from unnest(array[0, 239, 240, 345599, 345600]) minutes
  $$,
  $$ values (interval '1 minute'), ('1 minute'), ('2 minutes'), ('24 hours'), ('48 hours') $$,
  'private.bucket_size grows in round steps'
);
select lives_ok(
  $$
    select append_events(repeat('a', 64), jsonb_build_object(
      'agent_id', 'ada', 'start_session', pg_temp.id('aaaaaaaf'), 'events', '[
        {"id": "1", "type": "usage", "at": "1970-01-01T00:00:00Z", "data": {"cost_usd": 1e-300}},
        {"id": "2", "type": "usage", "at": "9999-12-31T23:59:59Z", "data": {"cost_usd": 1e9}},
        {"id": "3", "type": "terminal", "at": "2026-11-22T10:00:00Z", "data": {"stream": "stdout", "text": "", "exit_code": -2147483648}}
      ]'::jsonb
    ))
  $$,
  'every value that the contract allows can be counted'
);
select is(
  pg_temp.stats('aaaaaaaf') #>> '{buckets,1,seq}' || ' ' || (pg_temp.stats('aaaaaaaf') -> 'usage' ->> 'cost_usd'),
  '2 1000000000', 'the largest counts can be read'
);

-- Chat.
select post_message(jsonb_build_object(
  'session_id', pg_temp.id('aaaaaaae'), 'viewer_id', 'v', 'name', 'V', 'text', n, 'id', gen_random_uuid()
)) from generate_series(1, 2) n;
select post_agent_message(repeat('a', 64), jsonb_build_object(
  'session_id', pg_temp.id('aaaaaaae'), 'text', 'hi', 'id', '00000000-0000-4000-8000-000000000001'
)) from generate_series(1, 2);
select is(
  pg_temp.stats('aaaaaaae') -> 'chat', '{"from_viewers": 2, "from_agent": 1}',
  'chat counts by sender, and a repeated message once'
);

-- Viewers.
create function pg_temp.look(session text, viewers integer) returns void language sql as $$
update private.session_air set head_sent_at = '-infinity' where session_id = pg_temp.id(session);
delete from private.viewers where session_id = pg_temp.id(session);
select touch_viewer(pg_temp.id(session), 'v' || n) from generate_series(1, viewers) n;
-- They have stayed.
update private.viewers set first_seen_at = now() - interval '30 seconds' where session_id = pg_temp.id(session);
select touch_viewer(pg_temp.id(session), 'v1') where viewers > 0;
$$;
select pg_temp.append('ada', 'abbbbbbb', 0, '[[0, "usage", {}]]');
select pg_temp.look('abbbbbbb', 2);
select pg_temp.append('ada', 'abbbbbbb', 1, '[[60, "usage", {}]]');
select pg_temp.look('abbbbbbb', 3);
select pg_temp.append('ada', 'abbbbbbb', 2, '[[120, "usage", {}]]');
select pg_temp.look('abbbbbbb', 1);
select pg_temp.append('ada', 'abbbbbbb', 3, '[[1200, "usage", {}]]');
select pg_temp.look('abbbbbbb', 2);
select is(
  pg_temp.stats('abbbbbbb') -> 'viewers', '{"now": 2, "peak": 3}', 'the peak of viewers stays when they have left'
);
select is(
  jsonb_path_query_array(pg_temp.stats('abbbbbbb'), '$.buckets[*].viewers'), '[2, 3, 1, 2]',
  'viewers count for the current minute'
);
select is(
  pg_temp.stats('abbbbbbb') -> 'most_watched',
  '[
    {"at": "2026-11-22T10:01:00+00:00", "seq": 2, "viewers": 3}, {"at": "2026-11-22T10:20:00+00:00", "seq": 4, "viewers": 2}
  ]',
  'the most watched moments are five minutes apart'
);
select pg_temp.append('ada', 'abbbbbbb', 4, '[[1300, "status", {"status": "done"}]]');
select pg_temp.look('abbbbbbb', 5);
select is(
  array[pg_temp.stats('abbbbbbb') #>> '{viewers,peak}', pg_temp.stats('abbbbbbb') #>> '{most_watched,0,viewers}'],
  array['5', '3'], 'viewers of an ended session count for no minute'
);

-- An agent.
select set_eq(
  $$ select jsonb_object_keys(agent_stats('ada')) $$,
  array[
    'events', 'time', 'files', 'commands', 'errors', 'usage', 'chat', 'agent_id', 'from_at', 'to_at', 'days', 'sessions',
    'viewers', 'most_watched'
  ],
  'agent_stats has the fields of wire.ts'
);
select is(
  agent_stats('ada') -> 'sessions' -> 'count', to_jsonb((select count(*) from ai_agent_sessions where agent_id = 'ada')),
  'agent_stats counts the sessions'
);
select is(
  (agent_stats('ada') #>> '{events,usage}')::bigint,
  (select count(*) from ai_stream_events e join ai_agent_sessions s on s.id = e.session_id where s.agent_id = 'ada' and type = 'usage'),
  'agent_stats sums the sessions'' figures'
);
select is(
  jsonb_path_query_array(agent_stats('ada', '2026-11-22', '2026-11-23'), '$.days[*].day'), '["2026-11-22"]',
  'from_at and to_at select days, the last one excluded'
);
select is(
  agent_stats('ada', '2026-11-23', '2026-11-24') #> '{time,working_ms}', '88205000',
  'a day has the figures of its part of each session'
);
select is(agent_stats('ada', '2020-01-01', '2020-02-01') -> 'sessions', '{"live": 4, "count": 0, "recent": []}', 'days without sessions have none');
select is(
  (agent_stats('ada', '2026-11-22', '2026-11-23') #> '{sessions,recent,0}')
    - '{chat,time,files,usage,errors,events,commands,started_at,ended_at}'::text[],
  jsonb_build_object(
    'session_id', pg_temp.id('abbbbbbb'), 'first_at', '2026-11-22T10:00:00+00:00',
    'last_at', '2026-11-22T10:21:40+00:00', 'to_seq', 5, 'viewers_peak', 5
  ),
  'agent_stats lists the sessions, newest first'
);
select is(
  agent_stats('ada') -> 'most_watched',
  jsonb_build_array(jsonb_build_object(
    'session_id', pg_temp.id('abbbbbbb'), 'at', '2026-11-22T10:01:00+00:00', 'seq', 2, 'viewers', 3
  )),
  'agent_stats has the most watched minute of each session'
);
select is(agent_stats('ada') -> 'viewers' -> 'peak', '5', 'the peak of an agent is that of its most watched session');

-- What viewers may read.
select pg_temp.append('bob', 'bbbbbbbb', 0, '[[0, "usage", {}]]');
select pg_temp.append('cid', 'cccccccc', 0, '[[0, "usage", {}]]');
set local role anon;
select is(session_stats('aaaaaaaa-0000-4000-8000-000000000000') ->> 'agent_id', 'ada', 'anyone reads the stats of a public session');
select is(session_stats('bbbbbbbb-0000-4000-8000-000000000000') ->> 'agent_id', 'bob', 'anyone reads the stats of an unlisted session by its id');
select is(agent_stats('ada') ->> 'agent_id', 'ada', 'anyone reads the stats of a public agent');
reset role;
select is(
  pg_temp.refusal($$ set local role anon; select session_stats('cccccccc-0000-4000-8000-000000000000') $$),
  'PT404 session_not_found', 'a private session is refused like an unknown one'
);
reset role;
select is(
  (select array_agg(pg_temp.refusal(call)) from unnest(array[
    $$ select session_stats('dddddddd-0000-4000-8000-000000000000') $$, $$ select session_stats(null) $$
  ]) call),
  array['PT404 session_not_found', 'PT404 session_not_found'], 'stats of an unknown session are refused'
);
select is(
  (select array_agg(distinct pg_temp.refusal(call)) from unnest(array[
    $$ select agent_stats('bob') $$, $$ select agent_stats('cid') $$, $$ select agent_stats('nobody') $$,
    $$ select agent_stats(null) $$, $$ select agent_stats('''; drop table ai_agents; --') $$
  ]) call),
  array['PT404 agent_not_found'], 'stats of a hidden or unknown agent are refused'
);
select is(
  (select array_agg(distinct pg_temp.refusal(call)) from unnest(array[
    $$ select agent_stats('ada', now(), now()) $$, $$ select agent_stats('ada', 'infinity', '-infinity') $$
  ]) call),
  array['PT422 invalid_request'], 'a range that ends before it starts is refused'
);
select lives_ok($$ select agent_stats('ada', '-infinity', 'infinity') $$, 'the widest range is accepted');
select update_agent(repeat('a', 64), '{"visibility": "private"}');
select is(pg_temp.refusal($$ select agent_stats('ada') $$), 'PT404 agent_not_found', 'an agent that becomes private hides its stats');
select update_agent(repeat('a', 64), '{"visibility": "public"}');

-- At size.
insert into ai_agents (agent_id, name) select 'agent-' || n, 'n' from generate_series(1, 20) n;
insert into ai_agent_sessions (id, agent_id, visibility, started_at, ended_at)
select lpad(to_hex(n), 32, '0')::uuid, 'agent-' || (n % 20 + 1), 'public', now() - n * interval '1 hour', now()
from generate_series(1, 4000) n;
insert into private.session_air (session_id) select id from ai_agent_sessions where agent_id like 'agent-%';
insert into private.session_clocks (session_id, first_at, last_at) select id, now(), now() from ai_agent_sessions where agent_id like 'agent-%';
insert into private.session_days (session_id, agent_id, day) select id, agent_id, '2026-11-22' from ai_agent_sessions where agent_id like 'agent-%';
insert into private.session_day_counts
select id, agent_id, '2026-11-22', type, 1 from ai_agent_sessions, unnest(private.event_types()) type where agent_id like 'agent-%';
insert into private.session_minutes
select id, date_trunc('minute', now()) + n * interval '1 minute', 'thought', n, 1
from ai_agent_sessions, generate_series(1, 10) n where agent_id like 'agent-%';
analyze ai_agent_sessions, private.session_air, private.session_clocks, private.session_days, private.session_day_counts, private.session_minutes;
create temp view scans as
select relname, seq_scan + case when relname = 'ai_stream_events' then coalesce(idx_scan, 0) else 0 end as n
from pg_stat_xact_user_tables
where relname in (
  'ai_stream_events', 'ai_agent_sessions', 'session_days', 'session_day_counts', 'session_minutes', 'session_clocks', 'watched_minutes', 'session_air'
);
create temp table scans_before as select * from scans;
select count(*) from jsonb_path_query(agent_stats('agent-3'), '$.sessions.recent[*]');
select session_stats(lpad(to_hex(7), 32, '0')::uuid) -> 'buckets';
select results_eq(
  $$ select * from scans order by 1 $$, $$ select * from scans_before order by 1 $$,
  'neither function reads events or a whole table'
);
select is(jsonb_array_length(agent_stats('agent-3') #> '{sessions,recent}'), 50, 'at most 50 sessions are listed');

-- Deleting a session deletes its counts.
delete from ai_agents where agent_id = 'ada';
select is(
  (select count(*) from private.session_days where agent_id = 'ada')
    + (select count(*) from private.session_minutes where session_id = pg_temp.id('aaaaaaaa')), 0::bigint,
  'nothing is left of a deleted agent'
);


-- An agent spreads its events over a lifetime.
select register_agent('{"agent_id": "eon"}', repeat('e', 64), 'klt_eeeeeeee');
select pg_temp.send('eon', pg_temp.id('d0000000'), (
  select jsonb_agg(pg_temp.event('usage', '{"input_tokens": 1}', at => to_char(date '2001-01-01' + n, 'YYYY-MM-DD"T12:00:00Z"')))
  from generate_series(1, 450) n
));
select is(
  (select count(*) from private.session_days where session_id = pg_temp.id('d0000000')), 367::bigint,
  'invariant 10: a session''s figures cover 366 days from its first event'
);
select is(
  (select sum(input_tokens) from private.session_days where session_id = pg_temp.id('d0000000')), 450::numeric,
  'later events count on the last of them'
);
select is(
  (session_stats(pg_temp.id('d0000000')) ->> 'last_at')::timestamptz, '2002-01-03 12:00:00+00', 'where the figures end'
);

select * from finish();
rollback;
