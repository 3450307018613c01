-- Rules for the whole schema and every caller: only the names listed here are open.
begin;
select plan(20);

create temp view our_functions as
select p.oid, p.oid::regprocedure::text as signature, p.prosecdef, p.proconfig, p.prosrc, n.nspname
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname in ('public', 'private')
  and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e');

create temp view our_tables as
select c.oid, format('%I.%I', n.nspname, c.relname) as name, n.nspname, c.relrowsecurity
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'f');

select is_empty(
  $$ select name from our_tables where not relrowsecurity $$,
  'row level security is on for every table'
);
select set_eq(
  $$
    select table_name || ' ' || grantee || ' ' || privilege_type
    from information_schema.role_table_grants
    where table_schema in ('public', 'private') and grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC')
  $$,
  $$
    select t || ' service_role SELECT'
    from unnest(array['ai_agents', 'ai_agent_sessions', 'ai_stream_events', 'ai_stream_messages']) t
  $$,
  'the functions'' role may select from the four public tables, the roles of viewers from none'
);
select set_eq(
  $$ select signature from our_functions where nspname = 'public' and has_function_privilege('anon', oid, 'execute') $$,
  array[
    'find_agent(text)',
    'find_sessions(text,boolean,timestamp with time zone,integer)',
    'session_head(uuid)',
    'session_events(uuid,bigint,integer)',
    'session_messages(uuid,bigint,integer)',
    'touch_viewer(uuid,text)',
    'search_events(text,text,uuid,text,text,timestamp with time zone,timestamp with time zone,text,integer)',
    'session_stats(uuid)',
    'agent_stats(text,timestamp with time zone,timestamp with time zone)'
  ],
  'anon may call exactly the RPCs of viewers'
);
select set_eq(
  $$ select signature from our_functions where nspname = 'private' and has_function_privilege('anon', oid, 'execute') $$,
  array[
    'private.find_agent(text)',
    'private.find_sessions(text,boolean,timestamp with time zone,integer)',
    'private.session_head(uuid)',
    'private.session_events(uuid,bigint,integer)',
    'private.session_messages(uuid,bigint,integer)',
    'private.touch_viewer(uuid,text)',
    'private.search_events(text,private.search_filter,text,text,text,integer)',
    'private.session_stats(uuid)',
    'private.agent_stats(text,timestamp with time zone,timestamp with time zone)',
    'private.may_watch(text)'
  ],
  'invariant 8: of the private functions anon may call their bodies and may_watch'
);
select set_eq(
  $$ select signature from our_functions where has_function_privilege('authenticated', oid, 'execute') $$,
  $$ select signature from our_functions where has_function_privilege('anon', oid, 'execute') $$,
  'logged-in users may call the same functions as anon'
);
select set_eq(
  $$
    select signature from our_functions
    where has_function_privilege('service_role', oid, 'execute') and not has_function_privilege('anon', oid, 'execute')
  $$,
  $$
    select unnest(array[
      'address_header()',
      'authenticate_agent(text)',
      'append_events(text,jsonb)',
      'register_agent(jsonb,text,text,jsonb)',
      'rotate_key(text,text,text,boolean)',
      'list_keys(text)',
      'revoke_key(text,uuid)',
      'read_agent(text)',
      'update_agent(text,jsonb)',
      'scrub_session(text,uuid,text)',
      'post_message(jsonb,jsonb)',
      'post_agent_message(text,jsonb)',
      'read_messages(text,uuid,bigint,integer)'
    ])
  $$,
  'the functions'' role may call its thirteen RPCs besides, and no private function'
);
select is_empty(
  $$ select signature from our_functions where not 'search_path=""' = any (coalesce(proconfig, '{}')) $$,
  'every function has an empty search_path'
);
select is_empty(
  $$
    select signature
    from our_functions
    where prosecdef and nspname = 'public'
      and (has_function_privilege('anon', oid, 'execute') or has_function_privilege('authenticated', oid, 'execute'))
  $$,
  'no function that the API exposes to viewers runs as its owner'
);
select is_empty(
  $$
    select signature
    from our_functions
    where nspname = 'public' and not prosecdef
      and not (has_function_privilege('anon', oid, 'execute') and prosrc ~ ('private\.' || split_part(signature, '(', 1) || '\('))
  $$,
  'only an RPC of viewers has a private body'
);
select is_empty(
  $$
    select signature from our_functions
    where prosecdef
      and not has_function_privilege('anon', oid, 'execute')
      and not has_function_privilege('service_role', oid, 'execute')
  $$,
  'no function runs as its owner without need'
);
select set_eq(
  $$ select relname::text from pg_class where relnamespace = 'private'::regnamespace and relkind in ('r', 'p') $$,
  array[
    'agent_keys', 'rate_buckets', 'viewers', 'session_air', 'chat_cursors', 'search_documents',
    'search_documents_open', 'search_documents_hidden', 'moved_sessions', 'settings', 'secrets', 'lobby_air',
    'stored_bytes', 'instance_bytes', 'network_bytes', 'agent_networks', 'session_clocks', 'session_minutes', 'session_days', 'session_day_counts', 'session_files',
    'watched_minutes'
  ],
  'invariant 8: keys, rate limits, viewers, cursors, settings and secrets are in private'
);
select is_empty(
  $$
    select table_name || '.' || column_name
    from information_schema.columns
    where table_schema = 'public' and column_name ~ 'key|hash|viewer_id|address'
      and table_name in (select split_part(name, '.', 2) from our_tables)
  $$,
  'invariant 8: no public table has a column for a key, a hash, an address or a viewer''s id'
);
select is_empty(
  $$
    select a.attrelid::regclass || '.' || a.attname
    from pg_attribute a
    join our_tables t on t.oid = a.attrelid
    where a.attnum > 0
      and a.atttypid in ('text'::regtype, 'jsonb'::regtype)
      and not exists (
        select 1 from pg_constraint c
        where c.conrelid = a.attrelid and c.contype in ('c', 'f') and a.attnum = any (c.conkey)
      )
  $$,
  'every text and jsonb column has a check, or references a column with one'
);
select is_empty(
  $$
    select c.conrelid::regclass || '.' || c.conname
    from pg_constraint c
    join our_tables t on t.oid = c.conrelid
    where c.contype = 'f'
      and not exists (
        select 1 from pg_index i
        where i.indrelid = c.conrelid and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey
      )
  $$,
  'every foreign key has an index'
);
select set_eq(
  $$ select c.conrelid::regclass::text from pg_constraint c where c.contype = 'f' and c.confrelid = 'ai_agents'::regclass $$,
  array['private.agent_keys', 'private.agent_networks', 'private.stored_bytes', 'ai_agent_sessions'],
  'no row inserted under a session''s lock references an agent, whose lock comes first'
);
select set_eq(
  $$ select policyname || ' ' || cmd || ' ' || roles::text from pg_policies where schemaname = 'realtime' $$,
  array['viewers receive SELECT {anon,authenticated}'],
  'invariant 7: on realtime.messages there is one policy, which lets viewers receive'
);
select is_empty(
  $$
    select code.code
    from our_functions,
      regexp_matches(prosrc, 'refuse\(\s*(\d+), ''(\w+)''', 'g') as found,
      lateral (select found[1] || ' ' || found[2]) as code (code)
    where code.code <> all (array[
      '401 unknown_key', '403 wrong_agent', '404 session_not_found', '404 agent_not_found', '404 key_not_found', '409 session_ended',
      '409 agent_exists', '409 last_key', '422 invalid_request', '422 invalid_event', '429 rate_limited',
      '429 quota_exceeded', '503 unavailable'
    ])
  $$,
  'every refusal has a code of errors.ts and its status'
);
select is_empty(
  $$
    select signature
    from our_functions, regexp_matches(prosrc, 'refuse\([^;]*?''(Cannot|Too many)([^'']*)''', 'g') as found
    where found[2] !~ '^[ -~]+[.]$'
  $$,
  'every refusal is one ASCII line, since it becomes an HTTP status line'
);
select is_empty(
  $$
    select signature, statement
    from our_functions, regexp_split_to_table(prosrc, ';') as statement
    where statement ~ '(update|delete from) (public|private)\.' and statement !~ '\swhere\s'
  $$,
  'no function updates or deletes without a where clause'
);
select throws_ok(
  $$ select private.limit_of('no_such_limit') $$, 'P0001', null,
  'an unknown limit is an error, not a check that always passes'
);

select * from finish();
rollback;
