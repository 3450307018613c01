-- A withdrawn session is gone: ada goes from public to unlisted to private and back, and then is deleted. The tests look
-- at stored broadcasts, rights to join topics, and notices to open pages.
begin;
select plan(48);
\ir helpers/setup.psql

-- What is sent can be read here only until it is blanked, so it is noted as Realtime reads it from the log.
create temp table heard (topic text, event text, payload jsonb);
create function pg_temp.note() returns trigger language plpgsql security definer as $$
begin
  insert into pg_temp.heard values (new.topic, new.event, new.payload - 'id');
  return null;
end
$$;
create trigger note after insert on realtime.messages for each row execute function pg_temp.note();

create function pg_temp.session(n integer) returns uuid language sql as $$
select ('00000000-0000-4000-8000-00000000000' || n)::uuid
$$;
create function pg_temp.topic(n integer) returns text language sql as $$
select private.topic_of(s) from ai_agent_sessions s where s.id = pg_temp.session(n)
$$;
create function pg_temp.think(agent text, n integer) returns jsonb language sql as $$
select pg_temp.send(agent, pg_temp.session(n), jsonb_build_array(pg_temp.event(
  'thought', jsonb_build_object('thought_type', 'general', 'content', agent || '''s secret')
)))
$$;
create function pg_temp.turn(agent text, visibility text) returns text language sql as $$
select update_agent(pg_temp.key_of(agent), jsonb_build_object('visibility', visibility)) ->> 'visibility'
$$;

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');
select pg_temp.think('ada', 1), pg_temp.think('ada', 2), pg_temp.think('ada', 3), pg_temp.think('bob', 9);
-- Session 2 has ended without viewers; session 3 has ended too, with a viewer.
update ai_agent_sessions set ended_at = now() where id in (pg_temp.session(2), pg_temp.session(3));
select touch_viewer(pg_temp.session(3), 'v');
select is(
  (select count(*) from sent where payload::text ~ 'ada'), 9::bigint,
  'while an agent is public, frames and heads of its sessions are stored'
);

-- From public to unlisted.
create temp table before as select * from sent where topic in ('session:' || pg_temp.session(9), 'lobby') and payload ->> 'agent_id' is distinct from 'ada';
delete from heard where true;
select is(pg_temp.turn('ada', 'unlisted'), 'unlisted', 'ada becomes unlisted');
select is_empty(
  $$ select * from sent where topic = 'lobby' and payload::text ~ 'ada|0000000[123]' $$,
  'invariant 9: the lobby replays nothing of it'
);
select is_empty(
  $$ select topic from sent where payload::text ~ 'ada' and private.may_watch(topic) $$,
  'no topic that still holds its broadcasts can be joined'
);
select bag_eq(
  $$ select * from sent where payload::text !~ 'ada|0000000[123]' and event <> 'withdrawn' $$, 'select * from before',
  'broadcasts of other agents are all kept'
);
select is(
  (select count(*) from sent where topic = 'lobby' and event = 'withdrawn'), 4::bigint,
  'emptied rows keep their position, so that no older one moves up'
);
select set_eq(
  'select topic, event, payload from heard',
  $$ values
    ('lobby', 'changed', '{"agent_id": "ada"}'::jsonb),
    ('session:' || pg_temp.session(1), 'changed', jsonb_build_object('session_id', pg_temp.session(1))),
    ('session:' || pg_temp.session(3), 'changed', jsonb_build_object('session_id', pg_temp.session(3)))
  $$,
  'the lobby and each live or watched session get one notice'
);
select ok(not private.may_watch('session:' || pg_temp.session(1)), 'invariant 9: the earlier topic can''t be joined');
select is(
  (session_head(pg_temp.session(1))).topic, pg_temp.topic(1), 'session_head gives the new topic to callers who know the id'
);
select matches(pg_temp.topic(1), '^session:[0-9a-f-]{36}:[0-9a-f]{32}$', 'the new topic contains a random key');
select ok(private.may_watch(pg_temp.topic(1)), 'the new topic may be joined');
delete from heard where true;
select pg_temp.think('ada', 1);
select results_eq(
  'select distinct topic from heard', array[pg_temp.topic(1)], 'broadcasts go to the new topic alone'
);
select post_message(jsonb_build_object('session_id', pg_temp.session(1), 'viewer_id', 'v', 'name', 'Vera', 'text', 'hi'));
select is((select topic from heard where event = 'message'), pg_temp.topic(1), 'chat goes to the new topic');
select is(pg_temp.turn('ada', 'unlisted'), 'unlisted', 'unlisted may be set again');
select ok(private.may_watch((select topic from heard where event = 'message')), 'setting the same visibility keeps the topic');

-- To private.
create temp table unlisted_topic as select pg_temp.topic(1) as topic;
delete from heard where true;
select is(pg_temp.turn('ada', 'private'), 'private', 'ada becomes private');
select is(
  (select array_agg(topic) from heard where topic not in (select 'session:' || pg_temp.session(3) || ':' || split_part(topic, ':', 3))),
  (select array[topic] from unlisted_topic), 'the session''s topic gets a notice, the lobby does not'
);
select is_empty(
  $$ select topic from sent where payload::text ~ 'ada|hi' and private.may_watch(topic) $$,
  'invariant 9: no topic with its broadcasts can be joined'
);
select ok(not private.may_watch((select topic from unlisted_topic)), 'the topic that viewers know can''t be joined');
delete from heard where true;
select pg_temp.think('ada', 1);
select is_empty('select * from heard', 'a private session broadcasts nothing');

-- Back to public.
delete from heard where true;
select is(pg_temp.turn('ada', 'unlisted'), 'unlisted', 'ada becomes unlisted again');
select isnt(pg_temp.topic(1), (select topic from unlisted_topic), 'it has another topic than before');
select ok(not private.may_watch((select topic from unlisted_topic)), 'the old topic can''t be joined');
select is(pg_temp.turn('ada', 'public'), 'public', 'ada becomes public again');
select is(pg_temp.topic(1), 'session:' || pg_temp.session(1), 'it has the public topic');
select ok(private.may_watch('session:' || pg_temp.session(1)), 'the public topic may be joined');

-- Changes too often.
select is(
  pg_temp.refusal($$ select pg_temp.turn('ada', case n % 2 when 0 then 'public' else 'unlisted' end) from generate_series(1, 40) n $$),
  'PT429 rate_limited', 'changes of visibility are limited'
);
select is(
  pg_temp.refusal($$ select update_agent(repeat('a', 64), '{"name": "Ada", "visibility": "public"}') from generate_series(1, 40) $$),
  'none', 'other changes, and repeating the visibility, are not limited'
);

-- The operator deletes a session and an agent by hand.
update private.session_air set head_sent_at = '-infinity', counted_at = '-infinity' where true;
select pg_temp.think('ada', 1), pg_temp.think('ada', 4);
delete from heard where true;
delete from ai_agent_sessions where id = pg_temp.session(4);
select set_eq(
  'select topic, event, payload from heard',
  $$ values
    ('lobby', 'changed', '{"agent_id": "ada"}'::jsonb),
    ('session:' || pg_temp.session(4), 'changed', jsonb_build_object('session_id', pg_temp.session(4)))
  $$,
  'pages get a notice of a deleted session'
);
select is_empty(
  $$ select * from sent where topic = 'session:' || pg_temp.session(4) or payload ->> 'session_id' = pg_temp.session(4)::text $$,
  'invariant 9: a deleted session''s broadcasts are gone'
);
select isnt_empty(
  $$ select * from sent where topic = 'lobby' and payload ->> 'session_id' = pg_temp.session(1)::text $$,
  'broadcasts of its agent''s other sessions are kept'
);
select touch_viewer(pg_temp.session(1), 'v');
delete from heard where true;
delete from ai_agents where agent_id = 'ada';
select set_eq(
  'select topic, event from heard',
  $$ values ('lobby', 'changed'), ('session:' || pg_temp.session(1), 'changed') $$,
  'pages get a notice of a deleted agent'
);
select is_empty($$ select * from sent where payload::text ~ 'ada|0000000[1-4]' $$, 'invariant 9: no broadcast of a deleted agent is left');

-- Every table that has a session or an agent.
create function pg_temp.left_of_ada() returns setof text language plpgsql as $$
declare
  found_column record;
  is_left boolean;
begin
  for found_column in
    select c.table_schema, c.table_name, c.column_name
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema in ('public', 'private') and t.table_type = 'BASE TABLE'
      and (c.column_name in ('session_id', 'agent_id') or c.table_name = 'ai_agent_sessions' and c.column_name = 'id')
  loop
    execute format(
      'select exists (select 1 from %I.%I where %I::text = any ($1))',
      found_column.table_schema, found_column.table_name, found_column.column_name
    )
    into is_left using array['ada', pg_temp.session(1)::text, pg_temp.session(2)::text, pg_temp.session(4)::text];
    if is_left then
      return next found_column.table_name;
    end if;
  end loop;
end
$$;
select is_empty('select pg_temp.left_of_ada()', 'invariant 9: no table holds a row of a deleted agent');
select bag_eq(
  $$ select * from sent where event <> 'withdrawn' $$, 'select * from before', 'broadcasts of other agents are still there'
);


-- An operator deletes the session of an agent that turned private, and another agent takes the id.
select register_agent('{"agent_id": "cyd"}', repeat('c', 64), 'klt_cccccccc');
select pg_temp.think('cyd', 5);
select pg_temp.turn('cyd', 'private');
delete from ai_agent_sessions where id = pg_temp.session(5);
select pg_temp.think('bob', 5);
select is(pg_temp.topic(5), 'session:' || pg_temp.session(5), 'a session may take the id of a deleted one');
select isnt_empty(
  $$ select * from sent where topic = pg_temp.topic(5) and payload::text ~ 'bob''s secret' $$, 'its topic has its broadcasts'
);
select is_empty(
  $$ select * from sent where topic = pg_temp.topic(5) and payload::text ~ 'cyd''s secret' $$,
  'invariant 9: and none of a session that was private when it was deleted'
);


-- The operator removes a secret from an event, and a chat line.
select register_agent('{"agent_id": "fay"}', repeat('f', 64), 'klt_ffffffff');
select pg_temp.send('fay', pg_temp.session(6), jsonb_build_array(
  pg_temp.event('task', '{"title": "hush-task"}'),
  pg_temp.event('thought', '{"thought_type": "general", "content": "Nothing."}'),
  pg_temp.event('thought', '{"thought_type": "general", "content": "hush-thought"}', id => 'hush')
));
select pg_temp.send('fay', pg_temp.session(6), jsonb_build_array(pg_temp.event('usage', '{}')));
select post_message(jsonb_build_object('session_id', pg_temp.session(6), 'viewer_id', 'v', 'name', 'Vera', 'text', 'hush-line'));
select post_message(jsonb_build_object('session_id', pg_temp.session(6), 'viewer_id', 'v', 'name', 'Vera', 'text', 'kept'));
select isnt_empty($$ select * from sent where payload::text ~ 'hush-thought' and topic = 'lobby' $$, 'the lobby can replay a secret');
delete from heard where true;
update ai_stream_events set data = jsonb_set(data, '{content}', '"removed"') where session_id = pg_temp.session(6) and id = 'hush';
select is_empty(
  $$ select * from sent where payload::text ~ 'hush-thought' $$, 'invariant 9: no stored broadcast has the text that an operator changed'
);
select is((session_head(pg_temp.session(6))).latest, 'removed', 'the head has the new text');
select is((session_head(pg_temp.session(6))).task ->> 'title', 'hush-task', 'and its other texts as before');
select isnt((session_head(pg_temp.session(6))).rewritten_at, null, 'the head says that the session was rewritten');
select set_eq(
  'select topic, event from heard', $$ values ('session:' || pg_temp.session(6), 'changed'), ('lobby', 'changed') $$,
  'open pages get a notice'
);
select isnt_empty(
  $$ select * from sent where event = 'frame' and topic = 'session:' || pg_temp.session(6) $$, 'frames without the event are kept'
);
update ai_stream_events set data = '{"title": "removed"}' where session_id = pg_temp.session(6) and type = 'task';
select is((session_head(pg_temp.session(6))).task ->> 'title', 'removed', 'a changed task changes the head');
delete from ai_stream_messages where session_id = pg_temp.session(6) and text = 'hush-line';
select is_empty($$ select * from sent where payload::text ~ 'hush' $$, 'invariant 9: no stored broadcast has a deleted chat line');
select isnt_empty($$ select * from sent where event = 'message' and payload::text ~ 'kept' $$, 'the other lines are kept');

select * from finish();
rollback;
