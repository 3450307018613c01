/**
 * The schema cache as one JSON text; $1: the exposed schemas. It lists everything exposed: Postgres decides what a
 * caller may use, and raises its own error.
 */
const routines = `
  select
    n.nspname as schema,
    p.proname as name,
    coalesce(a.parameters, '[]') as parameters,
    p.proretset as returns_set,
    t.typtype = 'c' or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as returns_composite,
    t.oid = 'pg_catalog.void'::regtype as returns_void,
    c.relname as returns_table,
    p.provolatile = 'v' as volatile,
    coalesce(s.settings, '[]') as settings
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_type declared on declared.oid = p.prorettype
  join pg_type t on t.oid = case declared.typtype when 'd' then declared.typbasetype else declared.oid end
  left join pg_class c on c.oid = t.typrelid
  left join lateral (
    select
      json_agg(json_build_object(
        'name', coalesce(name, ''),
        -- Without a length these mean length 1, and would cut what they are given.
        'type', case type
          when 'bit'::regtype then 'bit varying'
          when 'bit[]'::regtype then 'bit varying[]'
          when 'character'::regtype then 'character varying'
          when 'character[]'::regtype then 'character varying[]'
          else type::regtype::text
        end,
        'required', position <= p.pronargs - p.pronargdefaults,
        'variadic', coalesce(mode = 'v', false)
      ) order by position) as parameters,
      count(*) filter (where coalesce(name, '') = '') as unnamed,
      (array_agg(type))[1] as first_type
    from unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes::text[])
      with ordinality as _ (name, type, mode, position)
    where type is not null
  ) a on true
  left join lateral (
    select json_agg(json_build_array(
      substr(setting, 1, strpos(setting, '=') - 1),
      substr(setting, strpos(setting, '=') + 1)
    )) as settings
    from unnest(p.proconfig) setting
    where setting like 'statement_timeout=%'
  ) s on true
  where n.nspname = any ($1::text[])
    and p.prokind = 'f'
    and t.oid <> 'trigger'::regtype
    and (
      coalesce(a.unnamed, 0) = 0
      or (a.unnamed = 1 and a.first_type in ('json'::regtype, 'jsonb'::regtype))
    )`;

const tables = `
  select
    n.nspname as schema,
    c.relname as name,
    (
      select coalesce(json_agg(json_build_array(
        a.attname,
        format_type(a.atttypid, a.atttypmod)
      ) order by a.attnum), '[]')
      from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns,
    (
      select coalesce(json_agg(a.attname order by a.attname), '[]')
      from pg_constraint k
      join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
      where k.conrelid = c.oid and k.contype = 'p'
    ) as primary_key,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 8 = 8 as insertable,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 4 = 4 as updatable,
    c.relkind in ('r', 'p') or pg_relation_is_updatable(c.oid, true) & 16 = 16 as deletable
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any ($1::text[]) and c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition`;

// The settings that this login may set for the roles that it may take.
const roleSettings = `
  select r.rolname as role, json_agg(json_build_array(s.key, s.value)) as settings
  from pg_auth_members m
  join pg_roles r on r.oid = m.roleid
  cross join lateral (
    select substr(c, 1, strpos(c, '=') - 1) as key, substr(c, strpos(c, '=') + 1) as value
    from unnest(r.rolconfig) c
  ) s
  join pg_settings p on p.name = s.key
    and (p.context = 'user' or has_parameter_privilege(p.name, 'set'))
  where m.member = (select oid from pg_roles where rolname = current_user)
    and s.key <> 'default_transaction_isolation'
  group by r.rolname`;

const asList = (query: string) => `(select coalesce(json_agg(_), '[]') from (${query}) _)`;

export const catalogQuery = `
select json_build_object(
  'routines', ${asList(routines)},
  'tables', ${asList(tables)},
  'role_settings', ${asList(roleSettings)}
)::text as catalog`;
