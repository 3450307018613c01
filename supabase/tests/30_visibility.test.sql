-- Three agents: ada is public, una unlisted, pia private. A viewer without an account looks for each, then one who knows
-- a session's id; then the agents change their visibility.
begin;
select plan(68);
\ir helpers/setup.psql

create temp table ids (agent text primary key, session uuid, key text, visibility text);
insert into ids values
  ('ada', '00000000-0000-4000-8000-00000000000a', repeat('a', 64), 'public'),
  ('una', '00000000-0000-4000-8000-00000000000b', repeat('b', 64), 'unlisted'),
  ('pia', '00000000-0000-4000-8000-00000000000c', repeat('c', 64), 'private');
grant select on ids to anon, authenticated;

select register_agent(jsonb_build_object('agent_id', agent, 'visibility', visibility), key, 'klt_aaaaaaaa') from ids;
select append_events(key, jsonb_build_object(
  'agent_id', agent, 'start_session', session, 'events', (
    select jsonb_agg(pg_temp.event(
      'thought', jsonb_build_object('thought_type', 'general', 'content', agent || ' thinks'), 'e' || n
    ))
    from generate_series(1, 3) n
  )
)) from ids;
select post_agent_message(key, jsonb_build_object('session_id', session, 'text', agent || ' speaks')) from ids;

-- A viewer without account.
set local role anon;
select set_config('request.jwt.claims', '{"role": "anon"}', true);

select is(find_agent('ada') - 'created_at', '{
  "agent_id": "ada", "name": "ada", "avatar_url": null, "description": null, "visibility": "public"
}', 'find_agent shows a public agent');
select is(find_agent(other), null, 'find_agent shows no agent that is ' || why)
from (values ('una', 'unlisted'), ('pia', 'private'), ('nobody', 'none')) as hidden (other, why);
select results_eq('select agent_id from find_sessions()', array['ada'], 'find_sessions lists public sessions alone');
select is_empty($$ select * from find_sessions('una') $$, 'find_sessions of an unlisted agent is empty');
select is_empty($$ select * from find_sessions('pia') $$, 'find_sessions of a private agent is empty');

select is((session_head(session)).agent_id, agent, 'session_head shows a session that is ' || visibility)
from ids where visibility <> 'private' order by agent;
select is((select count(*) from session_events(session)), 3::bigint, 'session_events shows a session that is ' || visibility)
from ids where visibility <> 'private' order by agent;
select is((select count(*) from session_messages(session)), 1::bigint, 'session_messages shows a session that is ' || visibility)
from ids where visibility <> 'private' order by agent;
select is((touch_viewer(session, 'v')).viewers, 1, 'touch_viewer counts a viewer of a session that is ' || visibility)
from ids where visibility <> 'private' order by agent;
select ok(private.may_watch((session_head(session)).topic), 'may_watch lets in to the topic that the head of a session tells, which is ' || visibility)
from ids where visibility <> 'private' order by agent;
select ok(not private.may_watch('session:' || session), 'the id alone does not open the channel of a session that is ' || visibility)
from ids where visibility = 'unlisted';

select is(
  pg_temp.refusal(format(call, session)), 'PT404 session_not_found', format(call, '<private>') || ' finds nothing'
)
from ids, unnest(array[
  $$ select session_head('%s') $$, $$ select session_events('%s') $$,
  $$ select session_messages('%s') $$, $$ select touch_viewer('%s', 'v') $$
]) call
where visibility = 'private';
select ok(not private.may_watch('session:' || session), 'may_watch is false for a private session')
from ids where visibility = 'private';
select is(
  pg_temp.refusal(format(call, gen_random_uuid())), 'PT404 session_not_found', format(call, '<unknown>') || ' finds nothing'
)
from unnest(array[
  $$ select session_head('%s') $$, $$ select session_events('%s') $$,
  $$ select session_messages('%s') $$, $$ select touch_viewer('%s', 'v') $$
]) call;

-- No outside role may use the tables directly.
select throws_ok(attempt, '42501', null, 'anon may not: ' || attempt)
from unnest(array[
  $$ select agent_id from ai_agents $$, $$ select id from ai_agent_sessions $$,
  $$ select seq from ai_stream_events where data::text ~ 'a' $$, $$ select seq from ai_stream_messages $$,
  $$ insert into ai_agents (agent_id, name) values ('eve', 'Eve') $$,
  $$ update ai_agents set name = 'Eve' where true $$,
  $$ delete from ai_agents where true $$,
  $$ truncate ai_agents cascade $$,
  $$ insert into ai_agent_sessions (id, agent_id, visibility) values (gen_random_uuid(), 'ada', 'public') $$,
  $$ update ai_agent_sessions set status = 'done' where true $$,
  $$ delete from ai_agent_sessions where true $$,
  $$ insert into ai_stream_events (session_id, seq, id, type, at, data) select session, 9, 'x', 'usage', now(), '{}' from ids $$,
  $$ update ai_stream_events set data = '{}' where true $$,
  $$ delete from ai_stream_events where true $$,
  $$ insert into ai_stream_messages (session_id, seq, id, sender, name, text) select session, 9, gen_random_uuid(), 'viewer', 'x', 'x' from ids $$,
  $$ update ai_stream_messages set text = 'x' where true $$,
  $$ delete from ai_stream_messages where true $$,
  $$ select append_events(repeat('a', 64), '{}') $$,
  $$ select post_message('{}') $$
]) attempt;
select throws_ok(
  'select * from private.' || hidden, '42501', null, 'invariant 8: anon may not read private.' || hidden
)
from unnest(array['agent_keys', 'rate_buckets', 'viewers', 'session_air', 'chat_cursors']) hidden;
select is(
  (select count(*) from jsonb_object_keys(to_jsonb(session_head(session))) field where field ~ 'key|hash|viewer_id'), 0::bigint,
  'invariant 8: a head holds no key and no viewer''s id'
)
from ids where agent = 'ada';

-- A signed-in user.
set local role authenticated;
select results_eq('select agent_id from find_sessions()', array['ada'], 'logged-in users read public sessions');
select throws_ok('select * from ' || name, '42501', null, 'and not the table ' || name)
from unnest(array['ai_agents', 'ai_agent_sessions', 'ai_stream_events', 'ai_stream_messages']) name;
select throws_ok('select * from private.viewers', '42501', null, 'logged-in users read nothing private');
select throws_ok('update ai_agents set name = name where true', '42501', null, 'logged-in users change nothing');

-- ada becomes private.
reset role;
select is(
  update_agent(repeat('a', 64), '{"visibility": "private"}') ->> 'visibility', 'private', 'a public agent becomes private'
);
set local role anon;
select is(find_agent('ada'), null, 'its profile is hidden');
select is_empty('select 1 from find_sessions()', 'its sessions are not listed');
select is(
  pg_temp.refusal(format($$ select session_events('%s') $$, session)), 'PT404 session_not_found',
  'its sessions can''t be read by their ids'
)
from ids where agent = 'ada';
select ok(not private.may_watch('session:' || session), 'its channel can''t be joined')
from ids where agent = 'ada';

-- pia becomes public.
reset role;
select is(
  update_agent(repeat('c', 64), '{"visibility": "public"}') ->> 'visibility', 'public', 'a private agent becomes public'
);
set local role anon;
select results_eq('select agent_id from find_sessions()', array['pia'], 'its sessions are listed');
select ok(private.may_watch('session:' || session), 'its channel is open') from ids where agent = 'pia';
reset role;
select append_events(key, jsonb_build_object('agent_id', agent, 'start_session', '00000000-0000-4000-8000-00000000000d', 'events', jsonb_build_array(
  '{"id": "e", "type": "usage", "at": "2026-11-22T10:00:00Z", "data": {}}'::jsonb
))) from ids where agent = 'una';
select is(
  (select visibility from ai_agent_sessions where id = '00000000-0000-4000-8000-00000000000d'), 'unlisted',
  'a new session has its agent''s visibility'
);

select * from finish();
rollback;
