-- One agent gets only its share of lists, sessions, broadcasts and space.
begin;
select plan(72);
\ir helpers/setup.psql

select private.change_setting('open_sessions', '20');

create function pg_temp.status(status text) returns jsonb language sql as $$
select jsonb_build_array(pg_temp.event('status', jsonb_build_object('status', status)))
$$;
create function pg_temp.texts(amount integer, bytes integer) returns jsonb language sql as $$
select jsonb_agg(pg_temp.event('terminal', jsonb_build_object('stream', 'stdout', 'text', repeat('x', bytes))))
from generate_series(1, amount)
$$;
-- A session of that agent and number.
create function pg_temp.id(agent text, n integer) returns uuid language sql as $$
select (rpad('', 8, left(agent, 1)) || '-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;
create function pg_temp.append(agent text, n integer, events jsonb default pg_temp.status('live')) returns jsonb
language sql as $$
select pg_temp.send(agent, pg_temp.id(agent, n), events)
$$;

select register_agent(jsonb_build_object('agent_id', agent), rpad('', 64, left(agent, 1)), 'klt_' || rpad('', 8, left(agent, 1)))
from unnest(array['ada', 'bob', 'cid', 'dan', 'eve']) agent;

-- The lists. Ada is on stage; then eve begins as many sessions as it may and ends none.
select pg_temp.append('ada', 1);
select pg_temp.refusal(format('select pg_temp.append(%L, %s)', 'eve', n)) from generate_series(1, 205) n;
set local role anon;
select results_eq(
  $$ select agent_id, live_sessions from find_sessions(live => true, max_rows => 200) $$,
  $$ values ('eve', 20), ('ada', 1) $$,
  'invariant 10: one of an agent''s 205 new sessions is listed, and the honest agent stays visible'
);
select results_eq(
  $$ select agent_id from find_sessions() $$, array['eve', 'ada'], 'the list of live and ended sessions shows one of them too'
);
reset role;
select is(
  (select session_id from find_sessions(live => true) where agent_id = 'eve'), pg_temp.id('eve', 20),
  'the listed session is the newest'
);
select lives_ok($$ select pg_temp.append('eve', 3, pg_temp.texts(1, 10)) $$, 'an older one sends');
select is(
  (select session_id from find_sessions(live => true) where agent_id = 'eve'), pg_temp.id('eve', 20),
  'sending in an older session does not change the list'
);
select is((select count(*) from find_sessions('eve')), 20::bigint, 'the list of the agent has every one');
select is((select count(*) from find_sessions('eve', true)), 20::bigint, 'the agent''s list of live sessions has every one');
select is((select count(*) from find_sessions('eve', false)), 0::bigint, 'the agent''s list of ended sessions has none');
select results_eq(
  $$ select agent_id from find_sessions(live => true, before => (select started_at from find_sessions(live => true, max_rows => 1))) $$,
  array['ada'], 'the next page has no older session of an agent that was listed'
);
select results_eq(
  $$ select (session_head(pg_temp.id('eve', 3))).live_sessions, (session_head(pg_temp.id('ada', 1))).live_sessions $$,
  $$ values (20, 1) $$, 'a head counts its agent''s live sessions'
);

-- The cap on live sessions.
select is(
  pg_temp.refusal($$ select pg_temp.append('eve', 300) $$), 'PT429 rate_limited', 'a 21st live session is refused'
);
select matches(
  current_setting('test.message'),
  '^Cannot start a session: the agent has 20 live sessions, limit 20\. End one, or wait: the next silent one ends in 1[78]\d\d s\.$',
  'the refusal names the limit and the time until a session ends'
);
select is(current_setting('test.hint'), '60', 'the refusal asks to retry within a minute');
select is(pg_temp.append('eve', 7, pg_temp.texts(1, 10)) ->> 'accepted', '1', 'a live session still accepts events');
select lives_ok($$ select pg_temp.append('bob', 1) $$, 'and other agents start theirs');
select pg_temp.append('eve', 20, pg_temp.status('done'));
select lives_ok($$ select pg_temp.append('eve', 300) $$, 'another session may start after one has ended');
update ai_agent_sessions set last_event_at = now() - interval '31 minutes' where id = pg_temp.id('eve', 1);
select lives_ok($$ select pg_temp.append('eve', 301) $$, 'another session may start after one has fallen silent');
update ai_agent_sessions set last_event_at = now() - interval '6 minutes' where id = pg_temp.id('eve', 2);
select lives_ok($$ select pg_temp.append('eve', 303) $$, 'a new session replaces the one that has been silent longest');
select is(
  (select array[status, (ended_at = last_event_at)::text] from ai_agent_sessions where id = pg_temp.id('eve', 2)),
  array['offline', 'true'], 'the replaced session ended with its last event'
);
select is(
  pg_temp.refusal($$ select pg_temp.append('eve', 1, pg_temp.texts(1, 10)) $$), 'PT429 rate_limited',
  'the replaced session can''t become live beside the others'
);
update ai_agent_sessions set ended_at = clock_timestamp() where agent_id = 'eve' and id <> pg_temp.id('eve', 1);
select lives_ok($$ select pg_temp.append('eve', 1, pg_temp.texts(1, 10)) $$, 'the replaced session becomes live when there is room');

-- New sessions, one after the other.
update private.rate_buckets set full_at = clock_timestamp() + interval '1 hour' where bucket = 'session:eve';
select is(
  pg_temp.refusal($$ select pg_temp.append('eve', 302) $$), 'PT429 rate_limited',
  'an agent that starts sessions too fast is refused'
);
update ai_agent_sessions set ended_at = clock_timestamp() where agent_id = 'eve';
select is(
  pg_temp.refusal($$ select append_events(repeat('e', 64), jsonb_build_object('agent_id', 'eve', 'events', pg_temp.status('live'))) $$),
  'PT429 rate_limited', 'starting too fast without naming a session is refused too'
);
delete from private.rate_buckets where bucket = 'session:eve';
select lives_ok(
  $$ select append_events(repeat('e', 64), jsonb_build_object('agent_id', 'eve', 'events', pg_temp.status('live'))) $$,
  'a session starts with a token'
);

-- Ended sessions: lists have 20 for each agent and day.
update ai_agent_sessions set ended_at = clock_timestamp() where true;
select is((select count(*) from find_sessions(max_rows => 200) where agent_id = 'eve'), 20::bigint, '20 ended sessions per day are listed');
select is((select count(*) from find_sessions(max_rows => 200) where agent_id <> 'eve'), 2::bigint, 'ended sessions of other agents are listed');
select ok((select count(*) > 20 from find_sessions('eve')), 'the list of the agent has more');
select set_eq(
  $$ select session_id from find_sessions('eve') where not listed $$,
  $$ select id from ai_agent_sessions where agent_id = 'eve' order by started_at offset 20 $$,
  'a head says that its session is not listed'
);
update ai_agent_sessions set started_at = started_at - interval '1 day' where agent_id = 'eve';
select pg_temp.append('eve', 400);
select ok((session_head(pg_temp.id('eve', 400))).listed, 'the next day the first ones are listed again');
select results_eq(
  $$
    with recursive page as (
      select array_agg(session_id) as ids, min(started_at) as before, 1 as n from find_sessions(max_rows => 3)
      union all
      select p.ids || f.ids, f.before, p.n + 1
      from page p, lateral (select array_agg(session_id) as ids, min(started_at) as before from find_sessions(max_rows => 3, before => p.before)) f
      where p.before is not null and p.n < 20
    )
    select unnest(ids) from page where before is null
  $$,
  $$ select session_id from find_sessions(max_rows => 200) $$,
  'pages of three add up to the whole list'
);

-- Heads.
create function pg_temp.heads(topic text) returns bigint language sql as $$
select count(*) from sent where event = 'head' and sent.topic = heads.topic
$$;
select pg_temp.forget();
select private.change_setting('head_interval_ms', '60000');
select pg_temp.append('cid', 1);
select pg_temp.append('cid', 1, pg_temp.status(case when n % 2 = 0 then 'working' else 'thinking' end))
from generate_series(1, 100) n;
select is(
  array[pg_temp.heads('lobby'), pg_temp.heads('session:' || pg_temp.id('cid', 1))], array[3, 3]::bigint[],
  'invariant 10: three of 100 status changes are broadcast at once, the others are held back'
);
select pg_temp.forget();
select pg_temp.append('cid', 1, pg_temp.status('waiting'));
select is(
  (select payload ->> 'status' from sent where event = 'head' and topic = 'lobby'), 'waiting',
  'a head that waits for a human is still broadcast'
);
select pg_temp.append('cid', 1, pg_temp.status(case when n % 2 = 0 then 'waiting' else 'thinking' end))
from generate_series(1, 100) n;
select is(pg_temp.heads('lobby'), 3::bigint, 'three heads that wait for a human are broadcast');
select pg_temp.append('cid', 1, pg_temp.status('working'));
select pg_temp.forget();
select pg_temp.append('dan', 1);
select pg_temp.append('dan', 1, pg_temp.status('working'));
select is(pg_temp.heads('lobby'), 2::bigint, 'other agents'' heads are not held back');
select pg_temp.forget();
update private.session_air set head_sent_at = head_sent_at - interval '1 minute' where session_id = pg_temp.id('cid', 1);
select touch_viewer(pg_temp.id('cid', 1), 'v');
select is(
  (select payload ->> 'status' from sent where event = 'head' and topic = 'session:' || pg_temp.id('cid', 1)), 'working',
  'touch_viewer broadcasts the last head once it is due'
);
select pg_temp.append('cid', 1, pg_temp.status('done'));
select is(
  (select payload ->> 'status' from sent where event = 'head' and topic = 'lobby' order by payload ->> 'to_seq' desc limit 1),
  'done', 'the end of a session is broadcast at once'
);
select pg_temp.forget();
select private.change_setting('head_interval_ms', null);
-- For an agent with two live sessions, the lobby gets the head of the one that it shows.
select pg_temp.append('dan', 2);
select pg_temp.forget();
update private.session_air set head_sent_at = '-infinity', heads_full_at = '-infinity', lobby_full_at = '-infinity' where true;
select pg_temp.append('dan', 1, pg_temp.status('thinking'));
select is(pg_temp.heads('session:' || pg_temp.id('dan', 1)), 1::bigint, 'an older live session broadcasts to its own viewers');
select is(pg_temp.heads('lobby'), 0::bigint, 'and not the lobby');
select pg_temp.append('dan', 2, pg_temp.status('thinking'));
select is(pg_temp.heads('lobby'), 1::bigint, 'the lobby gets heads of the newest session');
select pg_temp.append('dan', 1, pg_temp.status('done'));
select is(pg_temp.heads('lobby'), 2::bigint, 'the lobby gets the end of any session');
select pg_temp.forget();
-- With a thousand live agents each has its share of the lobby: one head in 20 seconds.
update private.lobby_air set live_agents = 1000, counted_at = clock_timestamp() where true;
update private.session_air
set head_sent_at = '-infinity', heads_full_at = '-infinity', lobby_full_at = clock_timestamp() + interval '41 seconds'
where true;
select pg_temp.append('dan', 2, pg_temp.status('working'));
select is(pg_temp.heads('lobby'), 0::bigint, 'when many share the lobby, each waits longer');
update private.session_air set heads_full_at = '-infinity', lobby_full_at = clock_timestamp() + interval '39 seconds' where true;
select pg_temp.append('dan', 2, pg_temp.status('thinking'));
select is(pg_temp.heads('lobby'), 1::bigint, 'a session''s head is broadcast after its own share');
select pg_temp.forget();

-- Frames.
select pg_temp.append('dan', 2, pg_temp.texts(60, 60000));
select results_eq(
  $$
    select (payload ->> 'to_seq')::bigint - (payload ->> 'from_seq')::bigint + 1, jsonb_array_length(payload -> 'events')
    from sent where event = 'frame' order by (payload ->> 'from_seq')::bigint
  $$,
  $$ select 1::bigint, 1 from generate_series(1, 7) union all select 53, 0 $$,
  'a batch of 3.6 MB is eight frames, the last of which announces the rest'
);
select pg_temp.forget();

-- Bytes.
select is(
  (select bytes > 3600000 from private.stored_bytes where agent_id = 'dan'), true, 'bytes are counted by agent and day'
);
select private.change_setting('agent_day_bytes', '20000000');
update private.stored_bytes set bytes = 20000000 - 100000 where agent_id = 'dan';
select is(
  pg_temp.refusal($$ select pg_temp.append('dan', 2, pg_temp.texts(2, 60000)) $$), 'PT429 quota_exceeded',
  'a batch over the agent''s quota is refused'
);
select matches(
  current_setting('test.message'),
  '^Cannot store more: it would bring the agent to 200\d+ of 20000000 bytes today\. The quota resets at 00:00 UTC\.$',
  'the refusal names the quota and when it resets'
);
select is(
  current_setting('test.hint')::bigint,
  ceil(extract(epoch from ((now() at time zone 'UTC')::date + 1) at time zone 'UTC' - now()))::bigint,
  'the refusal gives the seconds until the reset'
);
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 60000)) $$, 'a batch within the quota is stored');
update private.stored_bytes set day = day - 1, bytes = 99000000 where agent_id = 'dan';
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(2, 60000)) $$, 'a new day starts with an empty count');
select ok((select bytes < 200000 from private.stored_bytes where agent_id = 'dan'), 'a new day is counted separately');

-- Limits of the whole instance, for agents that were registered long ago.
update ai_agents set created_at = now() - interval '25 hours' where true;
select private.change_setting('instance_day_bytes', '50000000');
update private.stored_bytes set bytes = 18000000 where agent_id = 'dan';
insert into private.stored_bytes values ('eve', (now() at time zone 'UTC')::date, 33000000)
on conflict (agent_id) do update set bytes = excluded.bytes;
update private.instance_bytes set counted_at = '-infinity' where true;
select is(
  pg_temp.refusal($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$), 'PT429 quota_exceeded',
  'a batch over the instance''s quota is refused'
);
select lives_ok($$ select pg_temp.append('ada', 9, pg_temp.texts(1, 10)) $$, 'an agent within its reserve may still store');
select private.change_setting('instance_reserved_day_bytes', '1000');
select is(
  pg_temp.refusal($$ select pg_temp.append('ada', 9, pg_temp.texts(2, 10)) $$), 'PT429 quota_exceeded',
  'all reserves together are limited'
);
select private.change_setting('instance_reserved_day_bytes', null);
delete from private.instance_bytes where true;
update private.stored_bytes set bytes = 1000 where agent_id = 'eve';
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$, 'every agent stores below the instance''s quota');
select is((select count(*) from private.instance_bytes), 1::bigint, 'the sum is cached for a few seconds');
select private.change_setting('new_agent_day_bytes', '17000000');
update ai_agents set created_at = now() where agent_id = 'dan';
select is(
  pg_temp.refusal($$ select pg_temp.append('dan', 2, pg_temp.texts(2, 10)) $$), 'PT429 quota_exceeded',
  'an agent registered today has a smaller quota'
);
update ai_agents set created_at = now() - interval '25 hours' where agent_id = 'dan';
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(2, 10)) $$, 'an agent registered yesterday has the full quota');


-- One network registers agents to use up what the instance may store.
insert into private.agent_networks values ('bob', 7), ('cid', 7);
update ai_agents set created_at = now() where agent_id in ('bob', 'cid');
select private.change_setting('new_network_day_bytes', '1000000');
select pg_temp.append(agent, n, pg_temp.texts(1, 10)) from (values ('bob', 8), ('cid', 9)) as first (agent, n);
update private.stored_bytes set bytes = 999990 where agent_id = 'bob';
delete from private.network_bytes where true;
select is(
  pg_temp.refusal($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$), 'PT429 quota_exceeded',
  'invariant 10: all new agents of a network share a quota'
);
select is((select count(*) from private.network_bytes), 0::bigint, 'a refusal stores no count');
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$, 'another agent stores as before');
select lives_ok(
  $$ update ai_agents set created_at = now() - interval '25 hours' where agent_id in ('bob', 'cid'); select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$,
  'a day later they have the quota of older agents'
);
select is((select bytes from private.network_bytes where network = 7) > 999990, true, 'the sum of the network is cached for a few seconds');
-- Patient strangers: all their agents are old.
select private.change_setting('network_day_bytes', '1000000');
delete from private.network_bytes where true;
select is(
  pg_temp.refusal($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$), 'PT429 quota_exceeded',
  'invariant 10: the older agents of a network share a quota too'
);
select matches(current_setting('test.message'), 'the agents of its network have stored 10\d+ of 1000000 bytes', 'the refusal names it');
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$, 'an agent of the operator stores as before');
update private.agent_networks set network = 8 where agent_id = 'bob';
delete from private.network_bytes where true;
select lives_ok($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$, 'an agent of another network stores as before');
select private.change_setting('network_day_bytes', null);
-- They have used up the instance's quota, and want its reserve too.
update private.agent_networks set network = 7 where agent_id = 'bob';
select private.change_setting('instance_day_bytes', '900000');
select private.change_setting('network_reserved_day_bytes', '500000');
delete from private.network_bytes where true;
delete from private.instance_bytes where true;
select is(
  pg_temp.refusal($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$), 'PT429 quota_exceeded',
  'invariant 10: the agents of a network share one reserve'
);
update private.stored_bytes set bytes = 1000 where agent_id = 'dan';
insert into private.agent_networks values ('dan', 9);
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$, 'an agent of another network still has one');
delete from private.agent_networks where agent_id = 'dan';
update private.stored_bytes set bytes = 18000000 where agent_id = 'dan';
update ai_agents set created_at = now() where agent_id in ('bob', 'cid');
select private.change_setting('network_reserved_day_bytes', null);
delete from private.network_bytes where true;
delete from private.instance_bytes where true;
select private.change_setting('new_network_day_bytes', null);
select private.change_setting('instance_day_bytes', '50000000');
select private.change_setting('new_agents_day_bytes', '20000000');
update private.stored_bytes set bytes = 25000000 where agent_id = 'eve';
delete from private.instance_bytes where true;
select lives_ok($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$, 'a new agent may store within its reserve');
select private.change_setting('agent_reserved_day_bytes', '100');
delete from private.instance_bytes where true;
select is(
  pg_temp.refusal($$ select pg_temp.append('cid', 9, pg_temp.texts(1, 10)) $$), 'PT429 quota_exceeded',
  'new agents leave a part of the instance''s quota to the others'
);
select matches(current_setting('test.message'), 'the rest of 50000000 is kept for agents older than a day', 'the refusal says so');
select lives_ok($$ select pg_temp.append('dan', 2, pg_temp.texts(1, 10)) $$, 'an older agent may use it');

select * from finish();
rollback;
