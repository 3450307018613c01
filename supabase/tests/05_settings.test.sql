-- The operator changes settings; a caller cannot hide its address.
begin;
select plan(22);
\ir helpers/setup.psql

select is(private.setting_of('ingest_burst'), 200::bigint, 'setting_of reads the default');
select lives_ok($$ select private.change_setting('ingest_burst', '7') $$, 'the operator changes a setting');
select is(private.setting_of('ingest_burst'), 7::bigint, 'setting_of reads the new value');
select lives_ok($$ select private.change_setting('ingest_burst', null) $$, 'null restores the default');
select is(private.setting_of('ingest_burst'), 200::bigint, 'the default is back');
select throws_ok(
  format($$ select private.change_setting('ingest_burst', %L) $$, wrong), '23514', null,
  format('%s is no value of a count', wrong)
)
from unnest(array['0', '-1', 'many', '1e3', '', '9999999999999999', '１']) wrong;
select throws_ok(
  $$ select private.change_setting('nothing', '1') $$, 'P0001', null, 'change_setting rejects an unknown setting'
);
select throws_ok(
  $$ select private.change_setting('address_header', 'authorization') $$, '23514', null,
  'change_setting accepts only headers of addresses'
);

select results_eq(
  $$
    select private.network_of(address)
    from (values
      (1, '203.0.113.7'), (2, ' 203.0.113.7:4711'), (3, '::ffff:203.0.113.7'), (4, '2001:db8:1:2:3:4:5:6'),
      (5, '[2001:DB8:1:2::9]:443'), (6, '203.0.113.777'), (7, 'unknown'), (8, ''), (9, repeat('1.', 5000))
    ) as told (n, address)
    order by n
  $$,
  array[
    '203.0.113.7', '203.0.113.7', '203.0.113.7', '2001:db8:1:2::/64', '2001:db8:1:2::/64', null, null, null, null
  ],
  'network_of reads every spelling of an address and rejects other text'
);
select results_eq(
  $$
    select private.network_of(address, 24, 48)
    from (values (1, '203.0.113.7'), (2, '::ffff:203.0.113.200'), (3, '[2001:db8:1:2::9]:443')) as told (n, address)
    order by n
  $$,
  array['203.0.113.0/24', '203.0.113.0/24', '2001:db8:1::/48'], 'and with fewer bits the network around it'
);

create function pg_temp.tells_apart(first jsonb, second jsonb) returns boolean language sql as $$
select private.address_of(first) <> private.address_of(second)
$$;
select ok(
  pg_temp.tells_apart('{"x-forwarded-for": "203.0.113.1"}', '{"x-forwarded-for": "203.0.113.2"}')
    and not pg_temp.tells_apart('{"x-forwarded-for": "9.9.9.9,203.0.113.1"}', '{"x-forwarded-for": "8.8.8.8, 203.0.113.1"}')
    and not pg_temp.tells_apart(
      '{"cf-connecting-ip": "9.9.9.9", "x-forwarded-for": "203.0.113.1"}', '{"x-forwarded-for": "203.0.113.1"}'
    ),
  'address_of uses the last hop of x-forwarded-for, and no forged header'
);
select private.change_setting('address_header', 'cf-connecting-ip');
select ok(
  pg_temp.tells_apart('{"cf-connecting-ip": "203.0.113.1"}', '{"cf-connecting-ip": "203.0.113.2"}')
    and not pg_temp.tells_apart(
      '{"cf-connecting-ip": "203.0.113.1", "x-forwarded-for": "a"}', '{"cf-connecting-ip": "203.0.113.1", "x-forwarded-for": "b"}'
    ),
  'address_of uses the configured header alone'
);
select ok(
  not pg_temp.tells_apart('{}', '{"x-forwarded-for": "203.0.113.2"}'),
  'callers without an address share one'
);
select is_empty(
  $$ select 1 from private.secrets where value !~ '^[0-9a-f]{64}$' $$, 'secrets are random'
);


-- Every number at its smallest and largest, against every RPC that could read it: each answers or refuses.
select private.change_setting('address_header', null);
create temp table faults (setting text, value text, call text, state text, message text);
create temp table calls as select n, call from unnest(array[
  $$ register_agent(jsonb_build_object('agent_id', 'r' || left(md5(random()::text), 20)), md5(random()::text) || md5(random()::text), 'klt_' || left(md5(random()::text), 8), '{"x-forwarded-for": "203.0.113.9"}') $$,
  $$ update_agent(repeat('a', 64), '{"name": "Ada"}') $$,
  $$ update_agent(repeat('a', 64), jsonb_build_object('visibility', case when random() < 0.5 then 'public' else 'unlisted' end)) $$,
  $$ rotate_key(repeat('a', 64), md5(random()::text) || md5(random()::text), 'klt_' || left(md5(random()::text), 8), true) $$,
  $$ pg_temp.send('ada', '00000000-0000-4000-8000-000000000001', jsonb_build_array(pg_temp.event('thought', '{"thought_type": "general", "content": "word"}'))) $$,
  $$ pg_temp.send('ada', gen_random_uuid(), jsonb_build_array(pg_temp.event('status', '{"status": "live"}'))) $$,
  $$ post_message(jsonb_build_object('session_id', '00000000-0000-4000-8000-000000000001', 'viewer_id', 'v', 'name', 'V', 'text', 'x'), '{"x-forwarded-for": "203.0.113.9"}') $$,
  $$ post_agent_message(repeat('a', 64), '{"session_id": "00000000-0000-4000-8000-000000000001", "text": "x"}') $$,
  $$ touch_viewer('00000000-0000-4000-8000-000000000001', left(md5(random()::text), 8)) $$,
  $$ search_events('word') $$, $$ find_sessions() $$, $$ session_stats('00000000-0000-4000-8000-000000000001') $$,
  $$ agent_stats('ada') $$, $$ session_head('00000000-0000-4000-8000-000000000001') $$
]) with ordinality as one (call, n);
select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select pg_temp.send('ada', '00000000-0000-4000-8000-000000000001', jsonb_build_array(pg_temp.event('usage', '{}')));
create function pg_temp.try_all() returns integer language plpgsql as $$
declare
  setting record;
  one record;
  tried integer := 0;
begin
  for setting in
    select s.name, extreme.value
    from private.settings s, unnest(array['1', private.max_of_unit(s.unit)::text]) as extreme (value)
    where s.unit <> 'header'
  loop
    perform private.change_setting(setting.name, setting.value);
    update private.session_air set counted_at = clock_timestamp() - interval '20 seconds' where true;
    for one in select c.call from calls c order by c.n loop
      begin
        execute 'select ' || one.call;
      exception when others then
        if sqlstate !~ '^PT' then
          insert into faults values (setting.name, setting.value, one.call, sqlstate, sqlerrm);
        end if;
      end;
      tried := tried + 1;
    end loop;
    perform private.change_setting(setting.name, null);
  end loop;
  return tried;
end
$$;
select cmp_ok(pg_temp.try_all(), '>', 1000, 'every setting is tried at both ends');
select is_empty('select * from faults', 'no value that change_setting takes breaks an RPC');

select * from finish();
rollback;
