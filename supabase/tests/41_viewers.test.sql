-- Viewers come, stay and leave; one client invents a crowd.
begin;
select plan(35);
\ir helpers/setup.psql

create function pg_temp.from_address(address text) returns text language sql as $$
select set_config('request.headers', json_build_object('x-forwarded-for', address)::text, true)
$$;
create function pg_temp.touch(viewer text, address text default '203.0.113.1') returns integer language plpgsql as $$
begin
  perform pg_temp.from_address(address);
  return (touch_viewer('aaaaaaaa-0000-4000-8000-000000000000', viewer)).viewers;
end
$$;
create function pg_temp.append() returns jsonb language sql as $$
select pg_temp.send('ada', 'aaaaaaaa-0000-4000-8000-000000000000', jsonb_build_array(pg_temp.event('usage', '{}')))
$$;
-- Moves time on for all viewers.
create function pg_temp.wait(seconds integer) returns void language sql as $$
update private.viewers set
  first_seen_at = first_seen_at - seconds * interval '1 second',
  seen_at = seen_at - seconds * interval '1 second',
  kept_until = kept_until - seconds * interval '1 second'
where true;
update private.session_air set counted_at = counted_at - seconds * interval '1 second' where true;
$$;
create function pg_temp.peak() returns integer language sql as $$
select viewers_peak from private.session_air where session_id = 'aaaaaaaa-0000-4000-8000-000000000000'
$$;

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select pg_temp.append();

-- Honest viewers.
select is(pg_temp.touch('v1'), 1, 'a viewer is counted');
select is(pg_temp.touch('v2'), 2, 'a second viewer of the same address is counted');
select is(pg_temp.touch('v2'), 2, 'once, however often it calls');
select is(
  (select array_agg(octet_length(address)) from private.viewers), '{8,8}', 'a few bytes of an address''s hash are kept'
);
select is(pg_temp.peak(), 0, 'a new viewer sets no peak');
select pg_temp.wait(15);
select pg_temp.touch(viewer) from unnest(array['v1', 'v2']) viewer;
select is(pg_temp.peak(), 0, 'a viewer who came back once sets no peak');
select pg_temp.wait(15);
select pg_temp.touch('v1');
select is(pg_temp.peak(), 1, 'a viewer who stayed for thirty seconds sets the peak');
select is(
  (select array_agg(viewers) from private.watched_minutes), '{1}', 'a viewer who stayed counts for the current minute'
);
select pg_temp.wait(31);
select is(pg_temp.touch('v1'), 1, 'a viewer who is silent for 45 seconds has left');
select pg_temp.touch('v2');
select is(
  (select seen_at - first_seen_at from private.viewers where viewer_id = 'v2'), '0'::interval,
  'a viewer who comes back starts again'
);
-- Not just 46: for a reader it is still the instant at which this transaction began.
select pg_temp.wait(60);
select is((session_head('aaaaaaaa-0000-4000-8000-000000000000')).viewers, 0, 'when all have left, the count is zero without a call');
select is(pg_temp.append() ->> 'viewers', '0', 'viewers who have left do not slow the agent down');
select pg_temp.wait(700);
update ai_agent_sessions set ended_at = now() where true;
select pg_temp.touch('v3') from generate_series(1, 300);
select results_eq('select viewer_id from private.viewers', array['v3'], 'viewers who have left are deleted');
update ai_agent_sessions set ended_at = null where true;

-- One client invents viewers.
select is(
  (select max(pg_temp.touch('fake' || n, '198.51.100.7')) from generate_series(1, 400) n), 9,
  'an address counts as at most eight viewers of a session, with any number of ids'
);
select is((select count(*) from private.viewers), 9::bigint, 'and no more are stored');
select pg_temp.wait(46);
select pg_temp.touch('more' || n, '198.51.100.7') from generate_series(1, 400) n;
select ok((select count(*) <= 9 from private.viewers), 'no more are counted when ids change as earlier ones leave');
select is(pg_temp.touch('v4', '198.51.100.7'), pg_temp.touch('v4', '198.51.100.7'), 'an uncounted viewer still gets an answer');
select pg_temp.wait(46);
-- A hundred addresses, eight ids of each.
select pg_temp.touch('f' || n, '198.51.' || n % 100 || '.1') from generate_series(1, 800) n;
select pg_sleep(0.09);
select is(pg_temp.touch('f1', '198.51.1.1'), 800, 'many addresses count for many viewers');
select is(pg_temp.append() ->> 'viewers', '16', 'an agent does not believe it at once');
select is(pg_temp.peak(), 1, 'and which are no peak');
create function pg_temp.believed() returns integer language sql as $$ select (pg_temp.append() ->> 'viewers')::integer $$;
-- Lets time go by while those viewers go on watching, and counts them.
create function pg_temp.stay(seconds integer, pattern text default '.') returns void language sql as $$
update private.viewers set
  first_seen_at = first_seen_at - seconds * interval '1 second',
  seen_at = seen_at - case when viewer_id ~ pattern then 0 else seconds end * interval '1 second'
where true;
update private.session_air set counted_at = counted_at - seconds * interval '1 second' where true;
select pg_temp.touch('f1', '198.51.1.1');
$$;
select pg_temp.stay(20);
select ok(pg_temp.believed() = 16, 'an agent does not believe it after 20 seconds either');
select pg_temp.stay(20, '^f.$');
select ok(pg_temp.believed() between 32 and 34, 'after 40 seconds it believes twice those that stay, and sixteen more');
select pg_temp.stay(35);
select ok(pg_temp.believed() between 88 and 94, 'and when more stay, it believes twice as many each 30 seconds');
select pg_temp.stay(35);
select ok(pg_temp.believed() between 199 and 212, 'while the time goes on');
select pg_temp.stay(35);
select pg_temp.stay(35);
select is(pg_temp.believed(), 800, 'and all when they all have stayed for some minutes: an honest crowd gets its frames');
select pg_temp.wait(46);
select pg_temp.touch('f' || n, '198.51.' || n % 100 || '.1') from generate_series(1, 800) n;
select pg_sleep(0.09);
select pg_temp.touch('f1', '198.51.1.1');
select is(pg_temp.believed(), 16, 'viewers who leave and come back all at once are not believed for it');
select pg_temp.stay(30);
select is(pg_temp.peak(), 800, 'it is a peak');


-- Somebody has all addresses of a network.
select pg_temp.wait(46);
select is(
  (select max(pg_temp.touch('g' || n, '192.0.2.' || n % 250)) from generate_series(1, 500) n), 32,
  'a network counts for 32 viewers of a session, however many of its addresses call'
);
select pg_sleep(0.01);
select is(
  (select max(pg_temp.touch('h' || n, format('2001:db8:7:%s::1', to_hex(n)))) from generate_series(1, 100) n), 64,
  'an IPv6 /48 is one network'
);
select is(pg_temp.touch('i', '2001:db8:8:1::1'), 65, 'and another network counts as well');
select is(
  (select count(*) from private.viewers where viewer_id ~ '^[gh]'), 64::bigint, 'no more rows are stored than count'
);
select is_empty(
  $$ select 1 from private.viewers where network = ('x' || left(encode(sha256('192.0.2.0/24'), 'hex'), 16))::bit(64)::bigint $$,
  'of a network a salted hash is kept'
);
select pg_temp.wait(46);
select is(pg_temp.touch('j', '192.0.2.251'), 1, 'viewers who have left make room for others of their network');


-- A stranger touches replays.
update ai_agent_sessions set ended_at = now() where true;
update private.session_air set head_sent_at = '-infinity', counted_at = '-infinity' where true;
select pg_temp.forget();
select is(
  (select (touch_viewer('aaaaaaaa-0000-4000-8000-000000000000', 'stranger')).live), false, 'a replay has viewers too'
);
select is_empty('select * from sent', 'invariant 10: touches of a session that is not live broadcast nothing');

select * from finish();
rollback;
