-- The functions that read foreign text during an append take linear time. Four times the
-- text takes four times as long, or sixteen times if the work is quadratic; short times say nothing.
begin;

select plan(71);

create function pg_temp.least_ms(statement text, argument text) returns double precision
language plpgsql
as $$
declare
  least double precision := 'infinity';
  started timestamptz;
begin
  for _ in 1..3 loop
    started := clock_timestamp();
    execute statement using argument;
    least := least(least, 1000 * extract(epoch from clock_timestamp() - started));
  end loop;
  return least;
end
$$;

create function pg_temp.is_linear(statement text, made_by text, argument text, size integer, about text) returns text
language plpgsql
as $$
declare
  part text;
  whole text;
  part_ms double precision;
  whole_ms double precision;
begin
  execute made_by into part using argument, size / 4;
  execute made_by into whole using argument, size;
  -- Three times, because another process may use the core.
  for _ in 1..3 loop
    whole_ms := pg_temp.least_ms(statement, whole);
    exit when whole_ms < 60;
    part_ms := pg_temp.least_ms(statement, part);
    exit when whole_ms < 9 * part_ms;
  end loop;
  return ok(whole_ms < 60 or whole_ms < 9 * part_ms, about);
end
$$;

create temporary table units (name, unit) as values
  ('escapes', e'\x1b'),
  ('titles', e'\x1b]'),
  ('colours', e'\x1b[1;'),
  ('control characters', e'\x01'),
  ('brackets', '('),
  ('parts of words', 'Aa'),
  ('capitals', 'ABc'),
  ('underscores', 'a_'),
  ('digits', 'aa1'),
  ('dots', 'a.b.'),
  ('lines', e'\n'),
  ('slashes', 'a/'),
  ('accents', U&'a\0301'),
  ('accents alone', U&'\0301'),
  ('scripts without blanks', U&'\691C\7D22'),
  ('ligatures', U&'\FDFA');

select pg_temp.is_linear(
  format('select private.%I($1)', subject.name),
  'select left(repeat($1, $2), $2)', unit, 65536,
  format('%s is linear in %s', subject.name, units.name)
)
from unnest(array['plain_text', 'fold_text', 'words_of', 'filename_tags']) as subject (name), units;

select pg_temp.is_linear(
  'select private.count_edits($1::jsonb)',
  $$select jsonb_build_array(jsonb_build_object('old_text', repeat($1, $2), 'new_text', repeat($1, $2) || 'b'))$$,
  e'a\n', 262144, 'count_edits is linear in equal lines'
);
select pg_temp.is_linear(
  'select private.count_edits($1::jsonb)',
  $$select jsonb_agg(jsonb_build_object('old_text', repeat($1, $2), 'new_text', repeat($1, $2))) from generate_series(1, 1000)$$,
  e'a\n', 256, 'count_edits is linear in a thousand edits of equal lines'
);
select pg_temp.is_linear(
  'select private.is_edits($1::jsonb)',
  $$select jsonb_build_array(jsonb_build_object(
    'start', 1, 'removed', jsonb_agg($1), 'added', jsonb_agg($1))) from generate_series(1, $2)$$,
  'a', 100000, 'is_edits is linear in lines'
);
select pg_temp.is_linear(
  $$select private.text_of('code', $1::jsonb)$$,
  $$select jsonb_build_object('edits', jsonb_build_array(jsonb_build_object(
    'start', 1, 'removed', jsonb_agg($1), 'added', jsonb_agg($1)))) from generate_series(1, $2)$$,
  'a', 100000, 'text_of is linear in lines'
);
select pg_temp.is_linear(
  'select private.is_metadata($1::jsonb)',
  $$select jsonb_build_object('options', jsonb_agg($1)) from generate_series(1, $2)$$,
  'a', 4000, 'is_metadata is linear in options'
);
select pg_temp.is_linear(
  'select private.count_lines($1)', 'select repeat($1, $2)', e'\n', 1048576, 'count_lines is linear in lines'
);

-- The measurement detects quadratic work.
create function pg_temp.quadratic(content text) returns bigint
language sql
as $$ select sum(strpos(substr(content, at), 'b')) from generate_series(1, length(content)) as at $$;
create temporary table seen as
select pg_temp.least_ms('select pg_temp.quadratic($1)', repeat('a', 16000)) as whole_ms,
  pg_temp.least_ms('select pg_temp.quadratic($1)', repeat('a', 4000)) as part_ms;
select ok((select whole_ms > 9 * part_ms and whole_ms > 60 from seen), 'the measure detects quadratic work');

select * from finish();
rollback;
