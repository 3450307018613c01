-- Broadcasts: their content, their topics, and who may receive them.
begin;
select plan(49);
\ir helpers/setup.psql

create function pg_temp.thoughts(first integer, last integer, bytes integer default 10) returns jsonb language sql as $$
select jsonb_agg(pg_temp.event(
  'thought', jsonb_build_object('thought_type', 'general', 'content', repeat('x', bytes)), 'e' || n,
  '2026-11-22T10:00:00.25+01:00'
))
from generate_series(first, last) n
$$;
create function pg_temp.append(agent text, events jsonb) returns jsonb language sql as $$
select pg_temp.send(agent, (rpad('', 8, left(agent, 1)) || '-0000-4000-8000-000000000000')::uuid, events)
$$;
create function pg_temp.topic(agent text) returns text language sql as $$
select private.topic_of(s) from ai_agent_sessions s where s.agent_id = agent order by started_at limit 1
$$;

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob", "visibility": "unlisted"}', repeat('b', 64), 'klt_bbbbbbbb');
select register_agent('{"agent_id": "cid", "visibility": "private"}', repeat('c', 64), 'klt_cccccccc');
-- Also how many heads were sent: as after a while.
create or replace function pg_temp.forget() returns void language sql as $$
insert into sent_before select id from realtime.messages;
update private.session_air set heads_full_at = '-infinity', lobby_full_at = '-infinity' where true;
$$;

-- A public session.
select pg_temp.append('ada', pg_temp.thoughts(1, 50));
select is((select count(*) from sent where event = 'frame'), 1::bigint, 'invariant 5: a batch is one broadcast');
select is(
  (select array[topic, private::text, extension] from sent where event = 'frame'),
  array[pg_temp.topic('ada'), 'true', 'broadcast'], 'a frame goes to the private channel of its session'
);
select is(
  (select payload - 'events' - 'id' from sent where event = 'frame'), '{"from_seq": 1, "to_seq": 50}',
  'a frame names its range of events'
);
select set_config('test.session', 'aaaaaaaa-0000-4000-8000-000000000000', true);
select is(
  (select payload -> 'events' from sent where event = 'frame'),
  (select jsonb_agg(to_jsonb(e) order by seq) from session_events(current_setting('test.session')::uuid) e),
  'its events equal those of session_events'
);
select results_eq(
  $$ select topic from sent where event = 'head' order by topic $$, array['lobby', pg_temp.topic('ada')],
  'a new session sends its head to its channel and to the lobby'
);
select is(
  (select payload - 'id' from sent where event = 'head' and topic = 'lobby'),
  to_jsonb(session_head(current_setting('test.session')::uuid)), 'the head equals that of session_head'
);
select set_eq(
  $$ select jsonb_object_keys(to_jsonb(session_head(current_setting('test.session')::uuid))) $$,
  array[
    'session_id', 'agent_id', 'agent_name', 'avatar_url', 'status', 'task', 'goal', 'latest', 'to_seq', 'messages_to',
    'viewers', 'counts', 'started_at', 'last_event_at', 'ended_at', 'live', 'live_sessions', 'listed', 'rewritten_at', 'topic'
  ],
  'a head has the fields of wire.ts'
);
select pg_temp.forget();

-- Repetition.
select pg_temp.append('ada', pg_temp.thoughts(1, 50));
select is_empty('select * from sent', 'invariant 3: a batch of duplicates is not sent again');
select pg_temp.append('ada', pg_temp.thoughts(49, 52));
select is(
  (select payload - 'events' - 'id' from sent where event = 'frame'), '{"from_seq": 51, "to_seq": 52}',
  'invariant 3: new events of a partly known batch are sent'
);
select is_empty($$ select * from sent where event = 'head' $$, 'a second head is held back at first');
select pg_temp.forget();

-- When heads are sent.
update private.session_air set head_sent_at = clock_timestamp() - interval '1900 milliseconds' where true;
select pg_temp.append('ada', pg_temp.thoughts(53, 53));
select is_empty($$ select * from sent where event = 'head' $$, 'a second head is held back for 1.9 seconds');
update private.session_air set head_sent_at = clock_timestamp() - interval '2 seconds' where true;
select pg_temp.append('ada', pg_temp.thoughts(54, 54));
select is((select count(*) from sent where event = 'head'), 2::bigint, 'a second head is sent after two seconds');
select pg_temp.forget();
select pg_temp.append('ada', '[{"id": "w", "type": "status", "at": "2026-11-22T10:00:00Z", "data": {"status": "working"}}]');
select is(
  (select payload ->> 'status' from sent where event = 'head' and topic = 'lobby'), 'working', 'a head is sent at once when the status changes'
);
select pg_temp.forget();
select pg_temp.append('ada', '[{"id": "w2", "type": "status", "at": "2026-11-22T10:00:00Z", "data": {"status": "working"}}]');
select is_empty($$ select * from sent where event = 'head' $$, 'a head is held back when the status is repeated');
select pg_temp.append('ada', '[{"id": "t", "type": "task", "at": "2026-11-22T10:00:00Z", "data": {"title": "a task"}}]');
select is((select payload -> 'task' ->> 'title' from sent where event = 'head' and topic = 'lobby'), 'a task', 'a head is sent at once when the task changes');
select pg_temp.forget();

create function pg_temp.piece(id text, content text, done boolean) returns jsonb language sql as $$
select jsonb_build_array(pg_temp.event(
  'thought', jsonb_build_object('thought_type', 'general', 'content', content, 'stream_id', 's', 'done', done), id
))
$$;
select pg_temp.append('ada', pg_temp.piece('p1', 'Half a ', false));
select is_empty($$ select * from sent where event = 'head' $$, 'a head is held back for an unfinished thought');
select pg_temp.append('ada', pg_temp.piece('p2', 'thought', true));
select is(
  (select payload ->> 'latest' from sent where event = 'head' and topic = 'lobby'), 'Half a thought',
  'a head is sent for a finished thought'
);
select pg_temp.forget();
select pg_temp.append('ada', pg_temp.piece('p3', 'Another', true));
select is_empty($$ select * from sent where event = 'head' $$, 'a head is held back for a thought in one piece');
select pg_temp.forget();

-- Large batches.
select pg_temp.append('ada', pg_temp.thoughts(100, 399, 500));
select ok((select count(*) between 3 and 5 from sent where event = 'frame'), 'invariant 5: a large batch is sent as a few frames');
select is_empty(
  $$ select octet_length(payload::text) from sent where event = 'frame' and octet_length(payload::text) > private.limit_of('frame_bytes') $$,
  'invariant 5: no frame is over its limit'
);
select ok(
  (select min(octet_length(payload::text)) > 50000 from (select payload from sent where event = 'frame' order by from_seq limit 2) full_ones),
  'every frame but the last is well filled'
);
select results_eq(
  $$ select (payload ->> 'from_seq')::bigint from sent where event = 'frame' order by from_seq offset 1 $$,
  $$ select (payload ->> 'to_seq')::bigint + 1 from sent where event = 'frame' order by from_seq limit (select count(*) - 1 from sent where event = 'frame') $$,
  'frames have no gap between them'
);
select results_eq(
  $$
    select (e ->> 'seq')::bigint
    from sent, jsonb_array_elements(payload -> 'events') with ordinality as e (e, position)
    where event = 'frame'
    order by from_seq, position
  $$,
  $$ select n::bigint from generate_series(61, 360) n $$,
  'frames hold every event once'
);
select pg_temp.forget();
select pg_temp.append('ada', pg_temp.thoughts(400, 401) || pg_temp.thoughts(402, 402, 65000) || pg_temp.thoughts(403, 404));
select results_eq(
  $$ select (payload ->> 'from_seq')::int, (payload ->> 'to_seq')::int, jsonb_array_length(payload -> 'events') from sent where event = 'frame' order by from_seq $$,
  $$ values (361, 362, 2), (363, 363, 0), (364, 365, 2) $$,
  'invariant 5: an event too large for a frame is announced by its seq alone'
);
select pg_temp.forget();

-- Chat.
select post_message(jsonb_build_object('session_id', current_setting('test.session'), 'viewer_id', 'v', 'name', 'Vera', 'text', 'hi'));
select is(
  (select payload from sent where event = 'message' and topic = pg_temp.topic('ada')),
  (select to_jsonb(m) from session_messages(current_setting('test.session')::uuid) m),
  'a message is broadcast as session_messages shows it'
);
select is_empty($$ select * from sent where topic = 'lobby' $$, 'a message is broadcast to its session alone');
select pg_temp.forget();

-- Viewers.
update private.session_air set head_sent_at = '-infinity' where true;
set local role anon;
select is((touch_viewer(current_setting('test.session')::uuid, 'v1')).viewers, 1, 'the first viewer is counted');
select is((touch_viewer(current_setting('test.session')::uuid, 'v1')).viewers, 1, 'once, however often it calls');
reset role;
select is((select count(*) from sent where event = 'head'), 2::bigint, 'a changed count is broadcast once');
select is((touch_viewer(current_setting('test.session')::uuid, 'v2')).viewers, 2, 'a second viewer is counted');
select is((select count(*) from sent where event = 'head'), 2::bigint, 'the second viewer is not broadcast within two seconds');
update private.session_air set head_sent_at = '-infinity' where true;
select pg_temp.forget();
select touch_viewer(current_setting('test.session')::uuid, 'v1');
select is(
  (select payload ->> 'viewers' from sent where event = 'head' and topic = 'lobby'), '2',
  'the next call of any viewer broadcasts the count'
);
select is(pg_temp.append('ada', pg_temp.thoughts(500, 500)) ->> 'viewers', '2', 'the agent gets the number of viewers');
select pg_temp.forget();
update private.session_air set head_sent_at = clock_timestamp() - interval '2 seconds' where true;
select touch_viewer(current_setting('test.session')::uuid, 'v1');
select is(
  (select (payload ->> 'to_seq')::bigint from sent where event = 'head' and topic = 'lobby'),
  (session_head(current_setting('test.session')::uuid)).to_seq,
  'a head that was held back is broadcast with the next call of a viewer'
);
select pg_temp.forget();
update private.session_air set head_sent_at = clock_timestamp() where true;
select touch_viewer(current_setting('test.session')::uuid, 'v1');
select is_empty($$ select * from sent where event = 'head' $$, 'a held-back head is broadcast once');
select throws_ok(
  $$ select touch_viewer(current_setting('test.session')::uuid, wrong) from unnest(array['', repeat('x', 65)]) wrong $$, 'PT422', null,
  'a viewer_id of a wrong size is refused'
);
select pg_temp.forget();

-- Unlisted and private sessions.
select pg_temp.append('bob', pg_temp.thoughts(1, 2));
select set_eq(
  $$ select event from sent where topic = pg_temp.topic('bob') $$, array['frame', 'head'],
  'an unlisted session sends to its channel'
);
select is_empty($$ select * from sent where topic = 'lobby' $$, 'the lobby gets no head');
select pg_temp.forget();
select pg_temp.append('cid', pg_temp.thoughts(1, 2));
select post_agent_message(repeat('c', 64), '{"session_id": "cccccccc-0000-4000-8000-000000000000", "text": "x"}');
select is_empty('select * from sent', 'a private session sends nothing');
select update_agent(repeat('b', 64), '{"visibility": "private"}');
select pg_temp.append('bob', pg_temp.thoughts(3, 4));
select pg_temp.append('bob', '[{"id": "s", "type": "status", "at": "2026-11-22T10:00:00Z", "data": {"status": "waiting"}}]');
select post_agent_message(repeat('b', 64), '{"session_id": "bbbbbbbb-0000-4000-8000-000000000000", "text": "x"}');
select is_empty(
  $$ select * from sent where event not in ('changed', 'withdrawn') $$, 'a live session that becomes private sends nothing more'
);
select update_agent(repeat('b', 64), '{"visibility": "unlisted"}');

-- Who may receive: Realtime asks with the topic set and a probe message.
create function pg_temp.hears(role text, topic text, extension text default 'broadcast') returns boolean language plpgsql as $$
declare
  message uuid := gen_random_uuid();
  heard boolean;
begin
  insert into realtime.messages (id, topic, extension) values (message, hears.topic, hears.extension);
  perform set_config('realtime.topic', hears.topic, true);
  perform set_config('role', hears.role, true);
  heard := exists (select 1 from realtime.messages where id = message);
  reset role;
  return heard;
end
$$;
select ok(
  pg_temp.hears(role, topic), role || ' may join ' || topic
)
from unnest(array['anon', 'authenticated']) role, unnest(array['lobby', pg_temp.topic('ada'), pg_temp.topic('bob')]) topic
where role = 'anon' or topic = 'lobby';
select is_empty(
  $$
    select topic
    from unnest(array[
      'session:cccccccc-0000-4000-8000-000000000000', 'session:bbbbbbbb-0000-4000-8000-000000000000',
      'session:bbbbbbbb-0000-4000-8000-000000000000:' || repeat('0', 32), 'session:bbbbbbbb-0000-4000-8000-000000000000:',
      pg_temp.topic('ada') || ':' || repeat('0', 32), pg_temp.topic('bob') || ' ', 'session:00000000-0000-4000-8000-000000000000', 'session:', 'session:42', 'session:%', 'lobby ', '', 'other',
      upper(pg_temp.topic('ada')), pg_temp.topic('ada') || ' ', pg_temp.topic('ada') || E'\n', 'session:' || pg_temp.topic('ada')
    ]) topic
    where pg_temp.hears('anon', topic)
  $$,
  'invariant 7: the id of a session that is not public, or of none, opens no channel'
);
select ok(not pg_temp.hears('anon', 'lobby', 'presence'), 'invariant 7: presence stays closed');
select is((select private.may_watch(null)), false, 'may_watch(null) is false');
set local role anon;
select set_config('realtime.topic', 'lobby', true);
select throws_ok(
  $$ insert into realtime.messages (topic, extension, event, private) values ('lobby', 'broadcast', 'head', true) $$, '42501', null,
  'invariant 7: a viewer can''t send on a channel that it may read'
);
select set_config('realtime.topic', 'session:aaaaaaaa-0000-4000-8000-000000000000', true);
select throws_ok(
  $$ insert into realtime.messages (topic, extension, event, private) values ('session:aaaaaaaa-0000-4000-8000-000000000000', 'broadcast', 'frame', true) $$,
  '42501', null, 'invariant 7: a viewer can''t send on a session''s channel'
);
reset role;

select * from finish();
rollback;
