-- An owner registers an agent, makes and revokes keys, changes the profile; strangers and old keys get nowhere.
begin;
select plan(56);
\ir helpers/setup.psql

set local role service_role;

select is(
  register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa') -> 'agent' ->> 'name', 'ada',
  'register_agent names an agent after its id when it has no name'
);
select is(
  (register_agent(
    '{"agent_id": "bob", "name": "Bob", "avatar_url": "https://x.io/b.png", "description": "d", "visibility": "unlisted"}',
    repeat('b', 64), 'klt_bbbbbbbb'
  ) -> 'agent') - 'created_at',
  '{"agent_id": "bob", "name": "Bob", "avatar_url": "https://x.io/b.png", "description": "d", "visibility": "unlisted", "redact_secrets": true}',
  'register_agent returns the profile'
);
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "ada"}', repeat('c', 64), 'klt_cccccccc') $$),
  'PT409 agent_exists', 'register_agent rejects an agent_id that is taken'
);
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "Ada!"}', repeat('c', 64), 'klt_cccccccc') $$),
  'PT422 invalid_request', 'register_agent rejects a malformed agent_id'
);
select is(
  pg_temp.refusal($$ select register_agent('{"name": "nobody"}', repeat('c', 64), 'klt_cccccccc') $$),
  'PT422 invalid_request', 'register_agent rejects a profile without agent_id'
);
select is(
  pg_temp.refusal($$ select register_agent(
    jsonb_build_object('agent_id', 'cid', 'name', repeat('x', 161)), repeat('c', 64), 'klt_cccccccc'
  ) $$),
  'PT422 invalid_request', 'register_agent rejects a name over its limit'
);
select lives_ok(
  $$ select register_agent(
    jsonb_build_object('agent_id', 'cid', 'name', repeat('x', 160)), repeat('c', 64), 'klt_cccccccc'
  ) $$,
  'register_agent accepts a name at its limit'
);
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "dan", "avatar_url": "javascript:1"}', repeat('d', 64), 'klt_dddddddd') $$),
  'PT422 invalid_request', 'register_agent rejects an avatar that is not a web address'
);
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "dan", "avatar_url": "https://u:p@x.io/"}', repeat('d', 64), 'klt_dddddddd') $$),
  'PT422 invalid_request', 'register_agent rejects an avatar address with a login'
);
select is(authenticate_agent(repeat('a', 64)), '{"agent_id": "ada", "redact_secrets": true}', 'authenticate_agent returns the key''s agent');
select is(
  pg_temp.refusal($$ select authenticate_agent(repeat('0', 64)) $$),
  'PT401 unknown_key', 'authenticate_agent rejects an unknown key'
);
select is(address_header(), 'x-forwarded-for', 'address_header returns the setting');
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "dan"}', 'klt_the-key-itself', 'klt_dddddddd') $$),
  'PT422 invalid_request', 'invariant 8: a key can''t be stored in place of its hash'
);

-- One address registers more than it may.
reset role;
select lives_ok(
  $$ select public.register_agent(
    jsonb_build_object('agent_id', 'many-' || n), encode(sha256(n::text::bytea), 'hex'), 'klt_mmmmmmmm', '{"x-forwarded-for": "203.0.113.1"}'
  ) from generate_series(1, private.setting_of('register_burst')::integer) n $$,
  'registrations up to the burst pass'
);
set local role service_role;
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "eve"}', repeat('e', 64), 'klt_eeeeeeee', '{"x-forwarded-for": "198.51.100.7, 203.0.113.1"}') $$),
  'PT429 rate_limited', 'the next registration from that address is refused, despite forged entries before it'
);
select lives_ok(
  $$ select register_agent('{"agent_id": "eve"}', repeat('e', 64), 'klt_eeeeeeee', '{"x-forwarded-for": "203.0.113.2"}') $$,
  'a registration from another address passes'
);
select lives_ok(
  $$ select register_agent('{"agent_id": "fay"}', repeat('f', 64), 'klt_ffffffff') $$,
  'a registration without an address passes'
);
reset role;
create function pg_temp.hint(call text) returns text language plpgsql as $$
declare
  hint text;
begin
  execute call;
  return 'none';
exception when others then
  get stacked diagnostics hint = pg_exception_hint;
  return hint;
end
$$;
select ok(
  pg_temp.hint($$ select register_agent('{"agent_id": "gus"}', repeat('9', 64), 'klt_99999999', '{"x-forwarded-for": "203.0.113.1"}') $$)::integer
    between 1 and 60,
  'the refusal gives the seconds to wait'
);
update private.rate_buckets set full_at = full_at - interval '1 minute'
where bucket = 'register:' || private.address_of('{"x-forwarded-for": "203.0.113.1"}');
select lives_ok(
  $$ select register_agent('{"agent_id": "gus"}', repeat('9', 64), 'klt_99999999', '{"x-forwarded-for": "203.0.113.1"}') $$,
  'a minute later there is one more token'
);
select is(
  pg_temp.refusal($$ select register_agent('{"agent_id": "hal"}', repeat('8', 64), 'klt_88888888', '{"x-forwarded-for": "203.0.113.1"}') $$),
  'PT429 rate_limited', 'and only one'
);
select private.change_setting('register_all_burst', '25');
select is(
  pg_temp.refusal($$
    select register_agent(
      jsonb_build_object('agent_id', 'far-' || n), encode(sha256(('far' || n)::bytea), 'hex'), 'klt_xxxxxxxx',
      jsonb_build_object('x-forwarded-for', '198.51.100.' || n)
    )
    from generate_series(1, 30) n
  $$),
  'PT429 rate_limited', 'all addresses together have a limit too'
);

-- The owner of ada makes a second key, keeping the first.
set local role service_role;
select is(
  rotate_key(repeat('a', 64), lpad('a2', 64, '0'), 'klt_a2222222', true) - 'key',
  '{"agent_id": "ada", "revoked": []}', 'rotate_key with keep_current revokes nothing'
);
select is(jsonb_array_length(list_keys(repeat('a', 64))), 2, 'list_keys shows both keys');
select is(
  (select array_agg(key ->> 'prefix') from jsonb_array_elements(list_keys(lpad('a2', 64, '0'))) key),
  array['klt_aaaaaaaa', 'klt_a2222222'], 'list_keys shows them to both keys, oldest first'
);
select is_empty(
  $$
    select field
    from jsonb_array_elements(list_keys(repeat('a', 64))) key, jsonb_object_keys(key) field
    where field not in ('id', 'prefix', 'created_at', 'last_used_at')
  $$,
  'invariant 8: a listed key shows its prefix and no hash'
);
select ok(
  (list_keys(repeat('a', 64)) -> 0 ->> 'last_used_at')::timestamptz > now() - interval '1 minute',
  'list_keys shows when a key was last used'
);
-- A third key replaces the second.
select is(
  jsonb_array_length(rotate_key(lpad('a2', 64, '0'), lpad('a3', 64, '0'), 'klt_a3333333') -> 'revoked'), 1,
  'rotate_key revokes the calling key by default'
);
reset role;
update private.rate_buckets set full_at = now() + interval '1 hour' where bucket = 'rotate:ada';
set local role service_role;
select is(
  pg_temp.refusal($$ select rotate_key(lpad('a3', 64, '0'), lpad('a4', 64, '0'), 'klt_a4444444') $$),
  'PT429 rate_limited', 'rotate_key refuses an agent that makes too many keys'
);
select is(
  pg_temp.refusal($$ select list_keys(lpad('a2', 64, '0')) $$), 'PT401 unknown_key', 'the revoked key is rejected'
);
select is(
  pg_temp.refusal($$ select append_events(lpad('a2', 64, '0'), '{"agent_id": "ada", "events": []}') $$),
  'PT401 unknown_key', 'append_events rejects the revoked key'
);
select is(pg_temp.refusal($$ select list_keys(repeat('0', 64)) $$), 'PT401 unknown_key', 'an unknown key is rejected');
select is(pg_temp.refusal($$ select list_keys(null) $$), 'PT401 unknown_key', 'a missing key is rejected');

-- Bob tries to revoke a key of ada.
reset role;
create temp table held as select id, prefix from private.agent_keys;
grant select on held to service_role;
set local role service_role;
select is(
  pg_temp.refusal($$ select revoke_key(repeat('b', 64), (select id from held where prefix = 'klt_aaaaaaaa')) $$),
  'PT404 key_not_found', 'revoke_key does not find another agent''s key'
);
select is(
  revoke_key(repeat('a', 64), (select id from held where prefix = 'klt_aaaaaaaa')) ->> 'id',
  (select id::text from held where prefix = 'klt_aaaaaaaa'),
  'revoke_key revokes a key, even the calling one'
);
select is(
  pg_temp.refusal($$ select list_keys(repeat('a', 64)) $$), 'PT401 unknown_key', 'the key that was just revoked is rejected'
);
select is(
  revoke_key(lpad('a3', 64, '0'), (select id from held where prefix = 'klt_aaaaaaaa')) ->> 'id',
  (select id::text from held where prefix = 'klt_aaaaaaaa'),
  'revoke_key accepts a key that is already revoked'
);
select is(
  pg_temp.refusal($$ select revoke_key(repeat('b', 64), (select id from held where prefix = 'klt_bbbbbbbb')) $$),
  'PT409 last_key', 'revoke_key refuses the last key'
);
select is(jsonb_array_length(list_keys(lpad('a3', 64, '0'))), 1, 'one key is left');

-- The profile.
select is(
  update_agent(lpad('a3', 64, '0'), '{"name": "Ada L.", "description": "first"}') - 'created_at',
  '{"agent_id": "ada", "name": "Ada L.", "avatar_url": null, "description": "first", "visibility": "public", "redact_secrets": true}',
  'update_agent changes the named fields and keeps the rest'
);
select is(
  update_agent(lpad('a3', 64, '0'), '{"description": null}') ->> 'description', null,
  'update_agent clears a description that is null'
);
select is(
  pg_temp.refusal($$ select update_agent(lpad('a3', 64, '0'), '{"name": null}') $$),
  'PT422 invalid_request', 'update_agent rejects an empty name'
);
select is(
  pg_temp.refusal($$ select update_agent(lpad('a3', 64, '0'), '{"visibility": "secret"}') $$),
  'PT422 invalid_request', 'update_agent rejects an unknown visibility'
);
select is(
  update_agent(lpad('a3', 64, '0'), '{"redact_secrets": false}') ->> 'redact_secrets', 'false',
  'update_agent turns redaction off'
);
select is(
  read_agent(lpad('a3', 64, '0')) - 'created_at',
  '{"agent_id": "ada", "name": "Ada L.", "avatar_url": null, "description": null, "visibility": "public", "redact_secrets": false}',
  'read_agent returns the changed profile'
);
select is(pg_temp.refusal($$ select read_agent(repeat('0', 64)) $$), 'PT401 unknown_key', 'read_agent needs a key');
reset role;
create temp table before_reading as select full_at from private.rate_buckets where bucket = 'ingest:ada';
select read_agent(lpad('a3', 64, '0'));
select results_eq(
  $$ select full_at from private.rate_buckets where bucket = 'ingest:ada' $$, $$ select full_at from before_reading $$,
  'read_agent takes no token'
);
select update_agent(lpad('a3', 64, '0'), '{"description": null}');
select cmp_ok(
  (select full_at from private.rate_buckets where bucket = 'ingest:ada'), '>', (select full_at from before_reading),
  'update_agent takes a token'
);
set local role service_role;
select is(
  pg_temp.refusal($$ select update_agent(lpad('a3', 64, '0'), '{"redact_secrets": null}') $$),
  'PT422 invalid_request', 'update_agent rejects a flag that is not a boolean'
);
select is(
  pg_temp.refusal($$ select update_agent(repeat('0', 64), '{"name": "x"}') $$),
  'PT401 unknown_key', 'update_agent needs a key'
);

-- A viewer may do none of that.
set local role anon;
select throws_ok(
  $$ select register_agent('{"agent_id": "zoe"}', repeat('1', 64), 'klt_11111111') $$, '42501', null,
  'anon can''t call register_agent'
);
select throws_ok(
  $$ select update_agent(lpad('a3', 64, '0'), '{"name": "x"}') $$, '42501', null,
  'anon can''t call update_agent, even with a key'
);
select throws_ok($$ select key_hash from private.agent_keys $$, '42501', null, 'invariant 8: anon can''t read keys');


-- An agent makes keys without end.
reset role;
select private.change_setting('agent_keys', '3');
set local role service_role;
select register_agent('{"agent_id": "kay"}', encode(sha256('kay'), 'hex'), 'klt_kay00000');
select is(
  (select array_agg(pg_temp.refusal(format(
    $$ select rotate_key(encode(sha256('kay'), 'hex'), encode(sha256('kay%s'), 'hex'), 'klt_kay0000%s', true) $$, n, n
  )) order by n) from generate_series(1, 3) n),
  '{none,none,"PT422 invalid_request"}', 'an agent has a limited number of live keys'
);
select is(
  pg_temp.refusal($$ select rotate_key(encode(sha256('kay'), 'hex'), encode(sha256('kay9'), 'hex'), 'klt_kay00009', false) $$), 'none',
  'and may always replace one'
);

-- A network of many addresses registers.
reset role;
select private.change_setting('register_all_burst', '1000');
select private.change_setting('register_network_burst', '3');
set local role service_role;
create function pg_temp.register_from(agent text, address text) returns text language sql as $$
select pg_temp.refusal(format(
  $q$ select register_agent('{"agent_id": "%s"}', encode(sha256('%s'), 'hex'), 'klt_abcdefgh', '{"x-forwarded-for": "%s"}') $q$,
  agent, agent, address
))
$$;
select is(
  (select array_agg(pg_temp.register_from('many' || n, '2001:db8:9:' || n || '::1') order by n) from generate_series(1, 4) n),
  '{none,none,none,"PT429 rate_limited"}', 'invariant 10: addresses of one network share its registrations'
);
select is(pg_temp.register_from('honest', '2001:db8:a:1::1'), 'none', 'an address of another network registers');

select * from finish();
rollback;
