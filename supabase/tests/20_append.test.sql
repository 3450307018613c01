-- An agent streams: order, repetition, the begin and end of sessions, refusals.
begin;
select plan(59);
\ir helpers/setup.psql

-- A batch of thoughts with these ids and further events.
create function pg_temp.batch(ids text[], extra jsonb default '{}') returns jsonb language sql as $$
select jsonb_build_object('agent_id', 'ada', 'events', jsonb_agg(pg_temp.event(
  'thought', jsonb_build_object('thought_type', 'general', 'content', 'thought ' || id), id, '2026-11-22T10:00:00.123456Z'
))) || extra
from unnest(ids) id
$$;
create function pg_temp.one(id text, type text, data jsonb, extra jsonb default '{}') returns jsonb language sql as $$
select jsonb_build_object('agent_id', 'ada', 'events', jsonb_build_array(pg_temp.event(type, data, id))) || extra
$$;
create function pg_temp.session() returns public.ai_agent_sessions language sql as $$
select s from public.ai_agent_sessions s where agent_id = 'ada' order by started_at desc limit 1
$$;

create function pg_temp.key() returns text language sql as $$ select repeat('a', 64) $$;
select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');

-- The first batch opens a session.
select is(
  append_events(pg_temp.key(), pg_temp.batch('{e1,e2,e3}')) - 'session_id',
  '{"accepted": 3, "duplicates": 0, "last_seq": 3, "viewers": 0, "messages": []}',
  'append_events accepts a first batch'
);
select results_eq(
  $$ select seq, id from public.ai_stream_events order by seq $$, $$ values (1::bigint, 'e1'), (2, 'e2'), (3, 'e3') $$,
  'invariant 2: seq counts from 1 in the order of the batch'
);
select is(
  (select at from public.ai_stream_events where id = 'e1'), '2026-11-22T10:00:00.123456Z'::timestamptz,
  'an event keeps its client''s instant to the microsecond'
);
select is(
  (select size_bytes from public.ai_stream_events where id = 'e1'),
  (select octet_length(data::text) from public.ai_stream_events where id = 'e1'),
  'append_events stores the size of an event'
);

-- The head and fold agree on the status.
select is((pg_temp.session()).status, 'live', 'an agent that never says its status is live with its first event');

-- The agent sends part of it again, with a repetition inside.
select is(
  append_events(pg_temp.key(), pg_temp.batch('{e1,e2,e3}')) - 'session_id',
  '{"accepted": 0, "duplicates": 3, "last_seq": 3, "viewers": 0, "messages": []}',
  'invariant 3: a batch sent twice is counted as duplicates'
);
select is(
  append_events(pg_temp.key(), pg_temp.batch('{e3,e4,e5,e4}')) - 'session_id',
  '{"accepted": 2, "duplicates": 2, "last_seq": 5, "viewers": 0, "messages": []}',
  'invariant 3: known ids and ids repeated in the batch are dropped, the others stay in order'
);
select is(
  append_events(pg_temp.key(), pg_temp.one('e1', 'error', '{"message": "other content"}')) ->> 'accepted', '0',
  'a known id with other content is still a duplicate'
);
select results_eq(
  $$ select seq, id, data ->> 'content' from public.ai_stream_events order by seq $$,
  $$ select n::bigint, 'e' || n, 'thought e' || n from generate_series(1, 5) n $$,
  'invariant 3: the table holds each event once, without gaps'
);
select is((select count(*) from public.ai_agent_sessions), 1::bigint, 'all batches went into one session');

-- The summary.
select is((pg_temp.session()).latest, 'thought e5', 'the session shows its latest thought');
select is((pg_temp.session()).thought_count, 5::bigint, 'and counts thoughts');
select lives_ok(
  $$ select append_events(pg_temp.key(), jsonb_build_object('agent_id', 'ada', 'events', jsonb_build_array(
    '{"id": "s1", "type": "thought", "at": "2026-11-22T10:00:00Z", "data": {"thought_type": "general", "content": "to", "stream_id": "s"}}'::jsonb,
    '{"id": "t1", "type": "task", "at": "2026-11-22T10:00:00Z", "data": {"title": "first"}}'::jsonb,
    '{"id": "t2", "type": "task", "at": "2026-11-22T10:00:00Z", "data": {"title": "second", "description": "d"}}'::jsonb,
    '{"id": "g1", "type": "goal", "at": "2026-11-22T10:00:00Z", "data": {"title": "goal"}}'::jsonb,
    '{"id": "w1", "type": "status", "at": "2026-11-22T10:00:00Z", "data": {"status": "working"}}'::jsonb,
    '{"id": "c1", "type": "code", "at": "2026-11-22T10:00:00Z", "data": {"filename": "a", "action": "delete"}}'::jsonb,
    '{"id": "x1", "type": "terminal", "at": "2026-11-22T10:00:00Z", "data": {"stream": "stdout", "text": "x"}}'::jsonb,
    '{"id": "r1", "type": "error", "at": "2026-11-22T10:00:00Z", "data": {"message": "x"}}'::jsonb,
    '{"id": "s2", "type": "thought", "at": "2026-11-22T10:00:00Z", "data": {"thought_type": "general", "content": "ken", "stream_id": "s"}}'::jsonb
  ))) $$,
  'a batch of many types is accepted'
);
select is((pg_temp.session()).latest, 'token', 'a thought written in pieces is put together');
select lives_ok(
  $$ select append_events(pg_temp.key(), pg_temp.one(
    's3', 'thought', '{"thought_type": "general", "content": " by token", "stream_id": "s", "done": true}'
  )) $$,
  'its last piece comes with another batch'
);
select is((pg_temp.session()).latest, 'token by token', 'the last piece is appended to the rest');
select is((pg_temp.session()).thought_count, 6::bigint, 'a thought in pieces counts once, when it is done');
select is((pg_temp.session()).task, '{"title": "second", "description": "d"}', 'the session shows the last task');
select is((pg_temp.session()).goal, '{"title": "goal"}', 'and the goal');
select is((pg_temp.session()).status, 'working', 'and the status');
select is(
  (select array[code_count, terminal_count, error_count] from pg_temp.session()), array[1, 1, 1]::bigint[],
  'and counts code, terminal and errors'
);
select lives_ok(
  $$ select append_events(pg_temp.key(), pg_temp.one(
    'long', 'thought', jsonb_build_object('thought_type', 'general', 'content', repeat('ü', 5000))
  )) $$,
  'a long thought is accepted'
);
select is(
  (pg_temp.session()).latest, repeat('ü', 200),
  'the summary keeps its first 400 bytes, in whole characters'
);

-- Refusals.
select is(
  pg_temp.refusal($$ select append_events(repeat('b', 64), pg_temp.batch('{x}')) $$), 'PT403 wrong_agent',
  'a key of another agent is refused'
);
select is(
  pg_temp.refusal($$ select append_events(repeat('0', 64), pg_temp.batch('{x}')) $$), 'PT401 unknown_key',
  'an unknown key is refused'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{x}', '{"session_id": "00000000-0000-4000-8000-000000000000"}')) $$),
  'PT404 session_not_found', 'an unknown session is refused'
);
select lives_ok(
  $$ select append_events(repeat('b', 64), pg_temp.batch('{x}', '{"agent_id": "bob", "start_session": "00000000-0000-4000-8000-00000000000b"}')) $$,
  'another agent starts a session'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{x}', '{"session_id": "00000000-0000-4000-8000-00000000000b"}')) $$),
  'PT404 session_not_found', 'a session of another agent is refused like an unknown one'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{x}', '{"start_session": "00000000-0000-4000-8000-00000000000b"}')) $$),
  'PT404 session_not_found', 'start_session refuses another agent''s session'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), '{"agent_id": "ada", "events": []}') $$), 'PT422 invalid_request',
  'an empty batch is refused'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), (
    select pg_temp.batch(array_agg('n' || n)) from generate_series(1, 501) n
  )) $$),
  'PT422 invalid_request', 'a batch over its limit is refused'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), jsonb_set(
    pg_temp.batch('{y1,y2,y3}'), '{events,2,data,thought_type}', '"shouting"'
  )) $$),
  'PT422 invalid_event', 'a batch with one bad event is refused'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), jsonb_set(pg_temp.batch('{y1}'), '{events,0,at}', '"soon"')) $$),
  'PT422 invalid_event', 'an invalid time is refused'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{y1}') #- '{events,0,id}') $$),
  'PT422 invalid_event', 'an event without id is refused'
);
select is(
  (select count(*) from public.ai_stream_events where id like 'y%'), 0::bigint, 'a refused batch stores nothing'
);
select is(
  (select max(seq) from public.ai_stream_events where session_id = (pg_temp.session()).id), (pg_temp.session()).last_seq,
  'invariant 2: a refused batch leaves no gap'
);

-- The end.
select is(
  append_events(pg_temp.key(), jsonb_set(
    pg_temp.one('d1', 'status', '{"status": "done"}'), '{events,1}', pg_temp.batch('{d2}') -> 'events' -> 0
  )) ->> 'accepted',
  '2', 'events after the ending one in its batch are accepted'
);
create temp table first_run as select (pg_temp.session()).*;
select ok((select ended_at is not null and status = 'done' from first_run), 'a status done ends the session');
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{z}', jsonb_build_object('session_id', id))) from first_run $$),
  'PT409 session_ended', 'an ended session takes no more events'
);
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{z}', jsonb_build_object('start_session', id))) from first_run $$),
  'PT409 session_ended', 'start_session does not reopen it'
);
select is(
  (select append_events(pg_temp.key(), pg_temp.batch('{d2}', jsonb_build_object('session_id', id))) ->> 'duplicates' from first_run),
  '1', 'invariant 3: repeating its last batch is harmless'
);
select is(
  (select append_events(pg_temp.key(), pg_temp.batch('{d2}')) ->> 'session_id' from first_run),
  (select id::text from first_run), 'invariant 3: also without session_id, where it opens no new session'
);
select isnt(
  (append_events(pg_temp.key(), pg_temp.batch('{n1}')) ->> 'session_id')::uuid, (select id from first_run),
  'new events without session_id open a new session'
);
select is((pg_temp.session()).last_seq, 1::bigint, 'invariant 2: seq starts anew in it');
select is(
  append_events(pg_temp.key(), pg_temp.batch('{e1}')) ->> 'accepted', '1',
  'an id is unique in its session, not beyond'
);

-- Half an hour of silence.
update public.ai_agent_sessions set last_event_at = now() - interval '29 minutes' where id = (pg_temp.session()).id;
create temp table second_run as select (pg_temp.session()).*;
select is(
  (append_events(pg_temp.key(), pg_temp.batch('{n2}')) ->> 'session_id')::uuid, (select id from second_run),
  'after 29 minutes the open session goes on'
);
update public.ai_agent_sessions set last_event_at = now() - interval '31 minutes' where id = (select id from second_run);
select isnt(
  (append_events(pg_temp.key(), pg_temp.batch('{n3}')) ->> 'session_id')::uuid, (select id from second_run),
  'after 31 minutes a new one starts'
);
select ok(
  (select s.ended_at = s.last_event_at and s.status = 'offline' from public.ai_agent_sessions s join second_run using (id)),
  'and the silent one has ended, offline, with its last event'
);

-- A session of the agent's own id.
select is(
  append_events(pg_temp.key(), pg_temp.batch('{m1,m2}', '{"start_session": "00000000-0000-4000-8000-00000000000a"}')) ->> 'session_id',
  '00000000-0000-4000-8000-00000000000a', 'start_session starts a session under that id'
);
select is(
  append_events(pg_temp.key(), pg_temp.batch('{m2,m3}', '{"start_session": "00000000-0000-4000-8000-00000000000a"}')) - 'session_id',
  '{"accepted": 1, "duplicates": 1, "last_seq": 3, "viewers": 0, "messages": []}',
  'invariant 3: start_session of an own session continues it'
);

select append_events(pg_temp.key(), pg_temp.one('s1', 'status', '{"status": "starting"}', '{"start_session": "00000000-0000-4000-8000-00000000000c"}'));
select is((pg_temp.session()).status, 'starting', 'an explicit status stays');
select append_events(pg_temp.key(), pg_temp.batch('{s2}', '{"start_session": "00000000-0000-4000-8000-00000000000c"}'));
select is((pg_temp.session()).status, 'live', 'the status starting stays until the first other event');

-- Too fast.
update private.rate_buckets
set full_at = clock_timestamp() + private.duration_of('ingest_refill_ms') * private.setting_of('ingest_burst')
  + interval '1 minute'
where bucket = 'ingest:ada';
select is(
  pg_temp.refusal($$ select append_events(pg_temp.key(), pg_temp.batch('{q}')) $$), 'PT429 rate_limited',
  'an agent that sends too many requests is refused'
);
select is(
  pg_temp.refusal($$ select append_events(repeat('b', 64), pg_temp.batch('{q}', '{"agent_id": "bob"}')) $$), 'none',
  'another agent may still send'
);

insert into private.rate_buckets values ('chat:gone', now() - interval '1 second');
select private.take_token('session', 'here');
select private.change_setting('ingest_burst', '10000');
select private.take_token('ingest', 'often');
select count(private.sweep_buckets()) from generate_series(1, 2000);
select is(
  (select count(*) from private.rate_buckets where bucket in ('session:here', 'ingest:often')), 2::bigint,
  'a bucket is kept until it is full'
);
select is_empty($$ select * from private.rate_buckets where bucket = 'chat:gone' $$, 'a full bucket is deleted');

-- Implementation: rules that one connection cannot test.
select matches(
  (select prosrc from pg_proc where oid = 'public.append_events(text, jsonb)'::regprocedure),
  'for no key update;.*store_events',
  'invariant 2: the session''s row is locked before seq is assigned'
);


-- An agent names a session of another one.
update ai_agent_sessions set status = status where true;
create temp table untouched as select id, xmax as locker from ai_agent_sessions;
select register_agent('{"agent_id": "eve"}', repeat('e', 64), 'klt_eeeeeeee');
select is(
  pg_temp.refusal(format(
    $$ select pg_temp.send('eve', %L, jsonb_build_array(pg_temp.event('usage', '{}'))) $$, (select min(id::text) from untouched)
  )),
  'PT404 session_not_found', 'start_session refuses the id of another agent''s session'
);
select results_eq(
  'select s.id, s.xmax from ai_agent_sessions s join untouched using (id) order by id', 'select id, locker from untouched order by id',
  'invariant 10: and locks no row of it'
);

select * from finish();
rollback;
