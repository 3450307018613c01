-- Somebody registers puppets from a few networks: the lists of all agents keep room for the others.
begin;
select plan(20);
\ir helpers/setup.psql

select private.change_setting('register_all_burst', '1000');

create function pg_temp.register(agent text, address text) returns jsonb language sql as $$
select register_agent(
  jsonb_build_object('agent_id', agent), encode(sha256(agent::bytea), 'hex'), 'klt_aaaaaaaa',
  case when address is not null then jsonb_build_object('x-forwarded-for', address) end
)
$$;
-- A session that began so long ago and is live.
create function pg_temp.on_stage(agent text, seconds numeric) returns void language sql as $$
insert into ai_agent_sessions (id, agent_id, visibility, started_at)
values (gen_random_uuid(), agent, 'public', now() - seconds * interval '1 second')
$$;
-- All pages, one after the other.
create function pg_temp.paged(of_live boolean, page_rows integer) returns table (place bigint, agent_id text)
language plpgsql as $$
declare
  head record;
  last_start timestamptz;
  rows_found integer;
begin
  place := 0;
  loop
    rows_found := 0;
    for head in select * from find_sessions(live => of_live, before => last_start, max_rows => page_rows) loop
      place := place + 1;
      rows_found := rows_found + 1;
      agent_id := head.agent_id;
      last_start := head.started_at;
      return next;
    end loop;
    exit when rows_found < page_rows or place > 2000;
  end loop;
end
$$;

-- Three honest agents are on stage before 220 puppets of eleven networks.
select pg_temp.register('honest', '203.0.113.5'), pg_temp.register('neighbour', '203.0.113.99'), pg_temp.register('operators', null);
select pg_temp.on_stage('honest', 900), pg_temp.on_stage('neighbour', 901), pg_temp.on_stage('operators', 902);
select pg_temp.register(format('puppet-%s-%s', network, n), format('198.51.%s.%s', network, n))
from generate_series(1, 11) network, generate_series(1, 20) n;

select is((select count(*) from private.agent_networks), 222::bigint, 'the network of each registration is remembered');
select is(
  (select count(distinct network) from private.agent_networks), 12::bigint, 'by /24: neighbours have the same one'
);
select is_empty(
  $$ select 1 from private.agent_networks where agent_id = 'operators' $$, 'agents that the operator registers have none'
);
select is_empty(
  $$ select 1 from private.agent_networks where network = any (array[
    ('x' || encode(substr(sha256('203.0.113.0/24'), 1, 8), 'hex'))::bit(64)::bigint,
    ('x' || encode(substr(sha256('198.51.1.0/24'), 1, 8), 'hex'))::bit(64)::bigint
  ]) $$,
  'and only a salted hash is kept'
);
set local role service_role;
select throws_ok('select * from private.agent_networks', '42501', null, 'the functions can''t read it');
set local role anon;
select throws_ok('select * from private.agent_networks', '42501', null, 'viewers cannot either');
select is(find_agent('honest') - '{agent_id,name,avatar_url,description,visibility,created_at}'::text[], '{}', 'and no profile tells it');
reset role;

select pg_temp.on_stage(format('puppet-%s-%s', network, n), network * 20 + n)
from generate_series(1, 11) network, generate_series(1, 17) n;
select results_eq(
  $$ select agent_id from find_sessions(live => true, max_rows => 200) $$,
  $$ select agent_id from ai_agent_sessions order by started_at desc $$,
  'up to 200 live agents are listed by their start alone'
);
select pg_temp.on_stage(format('puppet-%s-%s', network, n), network * 20 + n)
from generate_series(1, 11) network, generate_series(18, 20) n;
create temp table listed as
select row_number() over () as place, f.* from find_sessions(live => true, max_rows => 200) f;
select is((select count(*) from listed), 200::bigint, 'of more, 200 are on the first page');
select set_eq(
  $$ select agent_id from listed where agent_id !~ 'puppet' $$, array['honest', 'neighbour', 'operators'],
  'invariant 10: 220 puppets of eleven networks push no honest agent out'
);
select ok(
  (select min(amount) >= 17 and max(amount) <= 18
   from (select count(*) as amount from listed where agent_id ~ 'puppet' group by split_part(agent_id, '-', 2)) f),
  'the networks of the puppets share the rest evenly'
);
select is_empty(
  $$ select 1 from listed a join listed b on b.place = a.place + 1 where b.started_at >= a.started_at $$,
  'the last started is first, whatever its network'
);
select is(
  (select array_agg(agent_id order by place) from listed where place <= 40),
  (select array_agg(f.agent_id) from find_sessions(live => true, max_rows => 40) f),
  'a short page is the start of a long one, so it shows nothing of the networks'
);
select is(
  (select array_agg(p.agent_id order by place) from pg_temp.paged(true, 30) p where place <= 200),
  (select array_agg(agent_id order by place) from listed), 'pages go on through the 200'
);
select set_eq(
  'select agent_id from pg_temp.paged(true, 30)', 'select agent_id from ai_agent_sessions', 'and then through the crowd'
);
select is((select count(*) from pg_temp.paged(true, 30)), 223::bigint, 'each agent once');
-- Sessions that are over, from before and from between.
insert into ai_agent_sessions (id, agent_id, visibility, started_at, ended_at)
select gen_random_uuid(), 'honest', 'public', now() - n * interval '40.5 seconds', now()
from generate_series(1, 50) n;
select results_eq(
  $$ select f.agent_id from pg_temp.paged(null, 30) f where place > 250 order by place $$,
  $$ select f.agent_id from pg_temp.paged(true, 30) f where place > 200 order by place $$,
  'among all sessions the crowd comes last'
);
select is((select count(*) from pg_temp.paged(null, 30)), 273::bigint, 'and each is listed once');

-- What is over: a network fills the lists no more than an agent does.
update ai_agent_sessions set ended_at = now() where ended_at is null;
select private.change_setting('listed_network_burst', '5');
select append_events(encode(sha256(agent::bytea), 'hex'), jsonb_build_object(
  'agent_id', agent, 'start_session', gen_random_uuid(),
  'events', jsonb_build_array(pg_temp.event('status', '{"status": "done"}'))
))
from generate_series(1, 8) n,
  lateral unnest(array[format('puppet-1-%s', n), 'operators'] || case when n = 1 then array['neighbour'] end) agent
order by n;
select results_eq(
  $$
    select a.name, count(*)
    from ai_agent_sessions s, lateral (select split_part(s.agent_id, '-', 1) as name) a
    where s.listed and s.last_seq > 0 group by a.name order by a.name
  $$,
  $$ values ('neighbour', 1::bigint), ('operators', 8), ('puppet', 5) $$,
  'of one network so many sessions are listed; other networks and the operator''s agents are free'
);
select is(
  (select count(*) from ai_agent_sessions where last_seq > 0 and not listed), 3::bigint, 'its other ones are on their agents'' pages alone'
);

select * from finish();
rollback;
