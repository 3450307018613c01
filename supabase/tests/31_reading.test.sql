-- A viewer reads: lists by pages, events by pages, always by index.
begin;
select plan(24);
\ir helpers/setup.psql

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');
-- 6,000 sessions of twelve agents: one an hour, the last ten live, ten more open but silent.
insert into ai_agents (agent_id, name) select 'agent-' || n, 'n' from generate_series(1, 12) n;
insert into ai_agent_sessions (id, agent_id, visibility, started_at, last_event_at, active_at, ended_at)
select
  lpad(to_hex(n), 32, '0')::uuid, 'agent-' || (n % 12 + 1), 'public',
  now() - n * interval '1 hour',
  case when n <= 10 then now() else now() - n * interval '1 hour' end,
  case when n <= 10 then now() else now() - n * interval '1 hour' end,
  case when n > 20 then now() - n * interval '1 hour' end
from generate_series(1, 6000) n;
analyze ai_agent_sessions;

set local role anon;
select is((select count(*) from find_sessions()), 50::bigint, 'find_sessions returns 50 rows by default');
select is((select count(*) from find_sessions(max_rows => 1000)), 200::bigint, 'find_sessions returns at most 200 rows');
select is((select count(*) from find_sessions(max_rows => 0)), 1::bigint, 'find_sessions returns at least one row');
select results_eq(
  $$ select session_id from find_sessions(max_rows => 3) $$,
  $$ select lpad(to_hex(n), 32, '0')::uuid from generate_series(1, 3) n $$,
  'find_sessions lists the newest first'
);
select results_eq(
  $$ select session_id from find_sessions(max_rows => 2, before => now() - interval '2 hours') $$,
  $$ select lpad(to_hex(n), 32, '0')::uuid from generate_series(3, 4) n $$,
  'the next page continues after the last row'
);
select is((select count(*) from find_sessions(live => true)), 10::bigint, 'find_sessions(live) returns live sessions');
select is((select count(*) from find_sessions(live => true) where not live), 0::bigint, 'find_sessions(live) returns no others');
select is(
  (select min(session_id::text)::uuid from find_sessions(live => false)), lpad(to_hex(11), 32, '0')::uuid,
  'find_sessions(live => false) starts with the silent ones'
);
select ok(
  (select bool_and(agent_id = 'agent-2') and count(*) = 50 from find_sessions(agent_id => 'agent-2')),
  'find_sessions(agent_id) returns sessions of one agent'
);
select is((select count(*) from find_sessions('agent-2', true)), 1::bigint, 'find_sessions(agent_id, live) returns its live sessions');
select is_empty($$ select * from find_sessions('nobody') $$, 'find_sessions of an unknown agent is empty');

reset role;
create temp view scans as select coalesce(sum(seq_scan), 0) as n from pg_stat_xact_user_tables where relname = 'ai_agent_sessions';
create temp table before_scans as select n from scans;
select count(*) from find_sessions() a, find_sessions('agent-3', true, null, 5) b, find_sessions(live => true, max_rows => 5) c;
select count(*) from find_sessions('agent-3') a, find_sessions(live => false, max_rows => 5) b;
select is((select n from scans), (select n from before_scans), 'no list reads the whole table of sessions');

-- Events.
select append_events(repeat('a', 64), jsonb_build_object(
  'agent_id', 'ada', 'start_session', 'aaaaaaaa-0000-4000-8000-000000000000', 'events', (
    select jsonb_agg(jsonb_build_object(
      'id', batch || '-' || n, 'type', 'thought', 'at', '2026-11-22T10:00:00.5Z',
      'data', '{"thought_type": "general", "content": "x"}'::jsonb
    ))
    from generate_series(1, 500) n
  )
)) from generate_series(1, 3) batch;
select append_events(repeat('b', 64), jsonb_build_object(
  'agent_id', 'bob', 'start_session', 'bbbbbbbb-0000-4000-8000-000000000000', 'events', (
    select jsonb_agg(jsonb_build_object(
      'id', 'e' || n, 'type', 'code', 'at', '2026-11-22T10:00:00.5Z',
      'data', jsonb_build_object('filename', 'f', 'action', 'write', 'content', repeat('x', 250000))
    ))
    from generate_series(1, 6) n
  )
));
set local role anon;
select results_eq(
  $$ select seq from session_events('aaaaaaaa-0000-4000-8000-000000000000', max_rows => 5000) $$,
  $$ select n::bigint from generate_series(1, 1000) n $$,
  'session_events returns at most 1,000 rows, ascending'
);
select results_eq(
  $$ select seq from session_events('aaaaaaaa-0000-4000-8000-000000000000', 1000) $$,
  $$ select n::bigint from generate_series(1001, 1500) n $$,
  'the next page starts after the last seq'
);
select is_empty($$ select * from session_events('aaaaaaaa-0000-4000-8000-000000000000', 1500) $$, 'the page after the last event is empty');
select is(
  (select count(*) from session_events('aaaaaaaa-0000-4000-8000-000000000000', 10, 7)), 7::bigint,
  'max_rows makes a page smaller'
);
select is(
  (select array_agg(seq) from session_events('bbbbbbbb-0000-4000-8000-000000000000')), array[1, 2, 3, 4]::bigint[],
  'a page of large events ends before 1 MiB'
);
reset role;
update ai_stream_events
set data = jsonb_build_object(
  'filename', 'f', 'action', 'edit', 'edits', (
    select jsonb_agg('{"old_text": "aaaa", "new_text": ""}'::jsonb || jsonb_build_object('new_text', repeat('y', 475)))
    from generate_series(1, 1000)
  )
)
where session_id = 'bbbbbbbb-0000-4000-8000-000000000000';
set local role anon;
select is(
  (select array_agg(seq) from session_events('bbbbbbbb-0000-4000-8000-000000000000', 4)), array[5, 6]::bigint[],
  'sizes follow the content'
);
select is(
  (select count(*) from session_events('bbbbbbbb-0000-4000-8000-000000000000', 5, 1)), 1::bigint,
  'a page holds at least one event'
);
select is(
  (select to_jsonb(at) #>> '{}' from session_events('aaaaaaaa-0000-4000-8000-000000000000', 0, 1)),
  '2026-11-22T10:00:00.5+00:00', 'times read as ISO 8601 with offset'
);
reset role;
analyze ai_stream_events;
create temp view event_scans as select coalesce(sum(seq_scan), 0) as n from pg_stat_xact_user_tables where relname = 'ai_stream_events';
create temp table before_event_scans as select n from event_scans;
select count(*) from session_events('aaaaaaaa-0000-4000-8000-000000000000', 1400);
select append_events(repeat('a', 64), jsonb_build_object(
  'agent_id', 'ada', 'start_session', 'aaaaaaaa-0000-4000-8000-000000000000', 'events',
  '[{"id": "1-1", "type": "usage", "at": "2026-11-22T10:00:00Z", "data": {}}, {"id": "new", "type": "usage", "at": "2026-11-22T10:00:00Z", "data": {}}]'::jsonb
));
select is((select n from event_scans), (select n from before_event_scans), 'neither a page nor an append reads the whole table of events');
select is((session_head('aaaaaaaa-0000-4000-8000-000000000000')).to_seq, 1501::bigint, 'a head has the last seq');

-- Each number and time of each RPC that anon may call, at its limits: a result, or a refusal with a message.
create function pg_temp.fault(call text) returns text language plpgsql as $$
declare
  state text;
  message text;
begin
  execute call;
  return null;
exception when others then
  get stacked diagnostics state = returned_sqlstate, message = message_text;
  return case when state !~ '^PT4' then state || ' ' || message end;
end
$$;
create temp table odd_call as
select
  format('select %s(%s)', p.oid::regproc, (
    select string_agg(format('%I => %L', name, case name
      when tried then value
      when 'session_id' then 'aaaaaaaa-0000-4000-8000-000000000000'
      when 'agent_id' then 'ada'
      when 'viewer_id' then 'v'
      else 'thought'
    end), ', ')
    from unnest(p.proargnames[:p.pronargs]) with ordinality as given (name, position)
    where name = tried or position <= p.pronargs - p.pronargdefaults
  )) as call
from pg_proc p,
  unnest(p.proargnames[:p.pronargs], p.proargtypes::oid[]) as argument (tried, type),
  lateral unnest(case type
    when 'integer'::regtype then '{0,-1,1,2147483647,-2147483648}'::text[]
    when 'bigint'::regtype then '{0,-1,1,9007199254740992,9223372036854775807,-9223372036854775808}'
    when 'timestamptz'::regtype then
      '{infinity,-infinity,1970-01-01Z,1969-12-31Z,9999-12-31T23:59:59.999999Z,294276-12-31Z,4714-11-24 00:00:00+00 BC,2026-11-22T24:00:00+14}'
  end) as value
where p.pronamespace = 'public'::regnamespace and has_function_privilege('anon', p.oid, 'execute');
select ok((select count(*) > 60 from odd_call), 'numbers and times of the RPCs are found');
select is_empty(
  $$ select call, fault from odd_call, lateral pg_temp.fault(call) as fault where fault is not null $$,
  'no number or time of an RPC is an error'
);

select * from finish();
rollback;
