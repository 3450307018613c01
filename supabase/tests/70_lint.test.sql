-- The findings of `supabase db lint`, where the database offers plpgsql_check, as Supabase's do.
begin;
select plan(1);

create function pg_temp.lint() returns setof text language plpgsql as $$
begin
  if not exists (select 1 from pg_available_extensions where name = 'plpgsql_check') then
    return next skip('this Postgres has no plpgsql_check');
    return;
  end if;
  create extension if not exists plpgsql_check with schema extensions;
  return query execute 'select is_empty($1, $2)' using
    $query$
      select p.oid::regprocedure::text, finding.lineno, finding.level, finding.message, finding.detail
      from pg_proc p
      join pg_language l on l.oid = p.prolang
      left join pg_trigger t on t.tgfoid = p.oid
      cross join lateral plpgsql_check_function_tb(
        p.oid, coalesce(t.tgrelid, 0), fatal_errors => false, oldtable => t.tgoldtable, newtable => t.tgnewtable
      ) finding
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and l.lanname = 'plpgsql'
        -- Deliberate: Postgres calls to_jsonb and concat_ws STABLE for types whose output depends on a setting, and a
        -- search looks at the clock.
        and finding.message not like 'routine is marked as %'
    $query$,
    'plpgsql_check finds nothing';
end
$$;
select pg_temp.lint();

select * from finish();
rollback;
