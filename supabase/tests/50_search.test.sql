-- A viewer searches: hits and their words, hidden sessions, refusals.
begin;
select plan(149);
\ir helpers/setup.psql

select register_agent('{"agent_id": "ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');
select register_agent('{"agent_id": "una", "visibility": "unlisted"}', repeat('c', 64), 'klt_cccccccc');
select register_agent('{"agent_id": "pat", "visibility": "private"}', repeat('d', 64), 'klt_dddddddd');

-- One event each; the tests name its id.
create function pg_temp.say(
  event_id text, type text, data jsonb, key_of text default 'a', session text default 'aaaaaaaa-0000-4000-8000-000000000000',
  at text default '2026-03-01T00:00:00Z'
)
returns jsonb language sql as $$
select append_events(repeat(key_of, 64), jsonb_build_object(
  'agent_id', case key_of when 'a' then 'ada' when 'b' then 'bob' when 'c' then 'una' when 'd' then 'pat' end,
  'start_session', session,
  'events', jsonb_build_array(pg_temp.event(type, data, event_id, at))
))
$$;
create function pg_temp.think(event_id text, content text) returns jsonb language sql
as $$ select pg_temp.say(event_id, 'thought', jsonb_build_object('thought_type', 'general', 'content', content)) $$;
-- The ids of the hits, in alphabetical order.
create function pg_temp.found(query text) returns text[] language sql as $$
select coalesce(array_agg(e.id order by e.id), '{}')
from search_events(query, max_rows => 100) hit
cross join lateral session_events(hit.session_id, hit.seq - 1, 1) e
$$;
grant execute on function pg_temp.found(text) to anon;

select pg_temp.think('config', 'Now parseConfigFile reads max_rows from the HTTPServer2 and utf8 text');
select pg_temp.think('hub', 'The github action and the GitHub Action failed on sha256');
select pg_temp.think('order', 'a failing test, not a test that is failing');
select pg_temp.think('accents', 'Le café à l’Élysée, naïve Ångström, ﬁne ｆｕｌｌｗｉｄｔｈ, straße Ørsted');
select pg_temp.think('japanese', '検索機能を実装する。GPTで確認');
select pg_temp.think('thai', 'ฉันกำลังค้นหาข้อผิดพลาด');
select pg_temp.think('korean', '검색기능을 구현합니다');
select pg_temp.think('russian', 'Исправить ошибку в поиске');
select pg_temp.think('arabic', 'البَحْثُ عن الخطأ');
select pg_temp.think('emoji', 'ship it 🚀 and 👩‍💻');
select pg_temp.say('command', 'terminal', '{"command": "npm run build -- --verbose", "stream": "stdout", "text": "\u001b[31mFAILED\u001b[0m com\u001b[1mpiling\u001b[0m"}');
select pg_temp.say('write', 'code', '{"filename": "src/lib/row-reader.ts", "action": "write", "content": "export const zebra = 1;"}');
select pg_temp.say('edit', 'code', '{"filename": "src/lib/other.ts", "action": "edit", "edits": [{"old_text": "giraffe", "new_text": "okapi"}, {"start": 1, "removed": ["warthog"], "added": ["meerkat"]}]}');
select pg_temp.say('rename', 'code', '{"filename": "docs/new_home.md", "old_filename": "docs/ancient.md", "action": "rename"}');
select pg_temp.say('error', 'error', '{"message": "ECONNREFUSED quagga", "file": "src/net/dial.ts", "line": 3, "stack": "at dialPeer (dial.ts:3)", "recovery_strategy": "wait for the tapir"}');
select pg_temp.say('task', 'task', '{"title": "Feed the capybara", "description": "with hay"}');
select pg_temp.say('goal', 'goal', '{"title": "Happy wombat"}');
select pg_temp.say('milestone', 'milestone', '{"label": "Aardvark born", "completed": true}');
select pg_temp.say('preview', 'preview', '{"url": "https://pangolin.example/start"}');
select pg_temp.say('question', 'question', '{"question_id": "q", "kind": "choice", "text": "Which axolotl?", "detail": "walk --gharial", "options": [{"id": "a", "label": "Tenrec", "description": "a markhor"}]}');
select pg_temp.say('answer', 'answer', '{"question_id": "q", "by": "viewers", "option": "a", "text": "The jerboa"}');

set local role anon;

-- Words.
select is(pg_temp.found('failing'), '{order}', 'a word is found');
select is(pg_temp.found('FAILED github'), '{hub}', 'all words must be there, in any order and case');
select is(pg_temp.found('"failing test"'), '{order}', 'words in quotes are found beside each other');
select is(pg_temp.found('"test failing"'), '{}', 'words in quotes are found in that order alone');
select is(pg_temp.found('“failing test”'), '{order}', 'typographic quotes are quotes');
select is(pg_temp.found('failed -github'), '{command}', '-word must not be there');
select is(pg_temp.found('test -"that is failing"'), '{}', '-"words" must not be there');
select is(pg_temp.found('fail*'), '{command,hub,order}', 'word* is a prefix');
select is(pg_temp.found('"failing te*"'), '{order}', 'a phrase may end with a prefix');
select is(pg_temp.found('fail'), '{}', 'a prefix without its star is a word');
select is(pg_temp.found('--verbose'), '{command}', 'two hyphens are an option, not an exclusion');
select is(cardinality(pg_temp.found('-github')), 20, 'an exclusion alone finds everything else');

-- Identifiers and paths.
select is(pg_temp.found('config'), '{config}', 'an identifier is found by a part of it');
select is(pg_temp.found('rows'), '{config}', 'an identifier with underscores is found by a part');
select is(pg_temp.found('server'), '{config}', 'an identifier is split between capitals and a number');
select is(pg_temp.found('parseConfigFile'), '{config}', 'an identifier is found as a whole');
select is(pg_temp.found('parseconfigfile'), '{config}', 'in any case');
select is(pg_temp.found('parse_config_file'), '{config}', 'an identifier is found in another style');
select is(pg_temp.found('HTTPServer2'), '{config}', 'an identifier is found with its number');
select is(pg_temp.found('httpserver2'), '{config}', 'as a whole');
select is(pg_temp.found('maxRows'), '{config}', 'max_rows is found as maxRows');
select is(pg_temp.found('UTF-8'), '{config}', 'utf8 is found as UTF-8');
select is(pg_temp.found('parseConf*'), '{config}', 'an identifier is found by its prefix');
select is(pg_temp.found('ConfigMap'), '{}', 'an identifier is not found by one of its parts alone');
select is(pg_temp.found('GitHub'), '{hub}', 'GitHub finds github');
select is(pg_temp.found('"github action"'), '{hub}', 'and "github action" finds either');
select is(pg_temp.found('lib'), '{edit,write}', 'a path is found by a folder');
select is(pg_temp.found('row-reader.ts'), '{write}', 'by its name');
select is(pg_temp.found('lib/row-reader'), '{write}', 'a path is found by adjacent parts');

-- Languages.
select is(pg_temp.found('cafe elysee naive angstrom fine fullwidth orsted'), '{accents}', 'accents and forms of letters are optional');
select is(pg_temp.found('CAFÉ'), '{accents}', 'accents are optional in the query too');
select is(pg_temp.found('検索'), '{japanese}', 'Japanese is found without spaces');
select is(pg_temp.found('機能を実装'), '{japanese}', 'Japanese is found from its middle');
select is(pg_temp.found('能'), '{japanese}', 'Japanese is found by one character');
select is(pg_temp.found('索検'), '{}', 'Japanese is not found in another order');
select is(pg_temp.found('gptで'), '{japanese}', 'Japanese is found next to Latin letters');
select is(pg_temp.found('ค้นหา'), '{thai}', 'Thai is found without spaces');
select is(pg_temp.found('검색'), '{korean}', 'Korean is found without spaces');
select is(pg_temp.found('ОШИБКУ'), '{russian}', 'other alphabets are found in any case');
select is(pg_temp.found('البحث'), '{arabic}', 'Arabic is found without its vowel signs');
select is(pg_temp.found('🚀'), '{emoji}', 'emoji are found');

-- Where.
select is(pg_temp.found('compiling failed'), '{command}', 'colours of the terminal divide no words');
select is(pg_temp.found('npm run build'), '{command}', 'commands are found');
select is(
  array[
    pg_temp.found('zebra'), pg_temp.found('giraffe okapi'), pg_temp.found('warthog meerkat'), pg_temp.found('ancient')
  ]::text,
  '{{write},{edit},{edit},{rename}}', 'content, edits, lines and names of files are found'
);
select is(
  array[pg_temp.found('quagga'), pg_temp.found('dialPeer'), pg_temp.found('tapir'), pg_temp.found('dial.ts')]::text,
  '{{error},{error},{error},{error}}', 'every text of an error is found'
);
select is(
  array[
    pg_temp.found('capybara hay'), pg_temp.found('wombat'), pg_temp.found('aardvark'), pg_temp.found('pangolin')
  ]::text,
  '{{task},{goal},{milestone},{preview}}', 'tasks, goals, milestones and previews are found'
);
select is(
  array[pg_temp.found('axolotl gharial'), pg_temp.found('tenrec markhor'), pg_temp.found('jerboa')]::text,
  '{{question},{question},{answer}}', 'so are all of a question, and its answer'
);

-- The fields of a hit.
select row_eq(
  $$
    select hit.agent_id, hit.agent_name, hit.type, hit.at, hit.session_started_at = h.started_at, hit.filename
    from search_events('zebra') hit, session_head(hit.session_id) h
  $$,
  row('ada'::text, 'ada'::text, 'code'::text, '2026-03-01 00:00:00+00'::timestamptz, true, 'src/lib/row-reader.ts'::text),
  'a hit has session, seq and time'
);
select results_eq(
  $$
    select hit.type, hit.thought_type, hit.filename, hit.line, hit.command
    from unnest('{config rows,verbose,zebra,okapi,quagga}'::text[]) with ordinality as sought (query, n),
      lateral search_events(sought.query) hit
    order by n
  $$,
  $$ values
    ('thought', 'general', null, null::integer, null),
    ('terminal', null, null, null, 'npm run build -- --verbose'),
    ('code', null, 'src/lib/row-reader.ts', 1, null),
    ('code', null, 'src/lib/other.ts', null, null),
    ('error', null, 'src/net/dial.ts', 3, null)
  $$,
  'a hit has the type of thought, the command of an output and the known line'
);
select is(
  (select snippet from search_events('config rows')),
  '{"Now parse",Config,"File reads max_",rows," from the HTTPServer2 and utf8 text"}',
  'a snippet is plain text and matches in turn'
);
select is(
  (select snippet from search_events('"cafe a l"')), '{"Le ","café à l","’Élysée, naïve Ångström, ﬁne ｆｕｌｌｗｉｄｔｈ, straße Ørsted"}',
  'a snippet keeps the written form, with accents marked'
);
select is(
  (select snippet from search_events('verbose failed')),
  array['npm run build -- --', 'verbose', e'\n', 'FAILED', ' compiling'],
  'a terminal''s snippet has the command and the text without colours'
);
select is((select snippet[2] from search_events('機能')), '機能', 'a match in Japanese is marked');
select is((select snippet from search_events('is -rows')), '{"a failing test, not a test that ",is," failing"}', 'a match is not marked inside of words');

reset role;
select pg_temp.say('long', 'code', jsonb_build_object(
  'filename', 'a.txt', 'action', 'write', 'content',
  repeat(e'first lines <b>here</b>\n', 900) || 'one line with a needle in it' || e'\n' || repeat('x', 20000)
), 'b', 'bbbbbbbb-0000-4000-8000-000000000000', '2026-03-05T00:00:00Z');
set local role anon;
select is((select snippet[:3] from search_events('needle')), array['one line with a ', 'needle', e' in it\n' || repeat('x', 211)], 'a snippet starts with the line');
select ok((select length(array_to_string(snippet, '')) <= 240 from search_events('needle')), 'a snippet is short');
select is((select line from search_events('needle')), 901, 'a hit has the line number in the file');
select is((select snippet[2:3] from search_events('b lines -nothing') limit 1), '{lines," <"}', 'markup is text like any other');

-- Narrowed.
select is(
  (select array_agg(filename) from search_events('needle', filename => 'A.txt', type => 'code', agent_id => 'bob', from_at => '2026-03-04', to_at => '2026-03-06')),
  '{a.txt}', 'search filters by file, type, agent and time'
);
select is(
  (select count(*) from search_events('zebra', filename => 'lib/row-reader.ts') a, search_events('zebra', filename => 'row-reader.ts') b),
  1::bigint, 'a file is named by the end of its path'
);
select is(
  (
    select count(*) from search_events('needle', from_at => '-infinity') a, search_events('needle', to_at => 'infinity') b,
      search_events('needle', from_at => '2026-03-05', to_at => '2026-03-05') c, search_events('needle', from_at => '2026-01-01') d,
      search_events('needle', from_at => '2020-01-01', to_at => '2026-12-31') e, search_events('needle', to_at => '2026-03-05') f
  ),
  1::bigint, 'search filters by any range of time'
);
select is_empty(
  $$
    select 1 from search_events('needle', agent_id => 'ada') union all
    select 1 from search_events('needle', type => 'thought') union all
    select 1 from search_events('needle', filename => 'b.txt') union all
    select 1 from search_events('needle', session_id => 'aaaaaaaa-0000-4000-8000-000000000000') union all
    select 1 from search_events('needle', from_at => '2026-03-05T00:00:01Z') union all
    select 1 from search_events('needle', to_at => '2026-03-04T23:59:59Z') union all
    select 1 from search_events('needle', from_at => '2026-04-01', to_at => '2026-03-01') union all
    select 1 from search_events('needle', from_at => '1999-01-01', to_at => '2001-01-01') union all
    select 1 from search_events('needle', from_at => 'infinity') union all
    select 1 from search_events('needle', to_at => '-infinity') union all
    select 1 from search_events('needle', from_at => 'infinity', to_at => '-infinity')
  $$,
  'events outside the filter are left out'
);

reset role;
-- A moment and a period share a tag exactly if the moment's day is in the period.
select is_empty(
  $$
    select at, from_at, to_at
    from generate_series(0, 40) n,
      lateral (select timestamptz '2026-03-05 12:00Z' - n * n * interval '20 hours' as at) a,
      generate_series(0, 12) i, generate_series(0, 12) j,
      lateral (select timestamptz '2026-03-06' - i ^ 3 * interval '1 day' as from_at, timestamptz '2026-03-06' - j ^ 3 * interval '1 day' as to_at) span
    where (private.tags_of_event(1, gen_random_uuid(), 'a', 'task', at, null) && private.time_tags(from_at, to_at))
      <> (date_trunc('day', at, 'UTC') between date_trunc('day', from_at, 'UTC') and date_trunc('day', to_at, 'UTC'))
  $$,
  'the tags of a range of time are those of its days alone'
);

-- Who may read.
select pg_temp.say('unlisted', 'thought', '{"thought_type": "general", "content": "an okapi unlisted"}', 'c', 'cccccccc-0000-4000-8000-000000000000');
select pg_temp.say('private', 'thought', '{"thought_type": "general", "content": "an okapi private"}', 'd', 'dddddddd-0000-4000-8000-000000000000');
set local role anon;
select is(pg_temp.found('okapi'), '{edit}', 'only events of public sessions are found');
select is(
  (select array_agg(agent_id) from search_events('okapi', session_id => 'cccccccc-0000-4000-8000-000000000000')), '{una}',
  'events of an unlisted session are found by its id'
);
select throws_ok(
  $$ select search_events('okapi', session_id => 'dddddddd-0000-4000-8000-000000000000') $$, 'PT404',
  'Cannot read the session: it does not exist.', 'a private session is refused like an unknown one'
);
select throws_ok('select * from private.search_documents', '42501', null, 'invariant 8: nobody can read the documents');
reset role;
select update_agent(repeat('a', 64), '{"visibility": "private"}');
set local role anon;
select is(pg_temp.found('okapi'), '{}', 'an agent that hides is no longer found');
reset role;
select update_agent(repeat('a', 64), '{"visibility": "public"}');

-- A thought written in pieces.
select append_events(repeat('a', 64), jsonb_build_object(
  'agent_id', 'ada', 'start_session', 'aaaaaaaa-0000-4000-8000-000000000000', 'events', (
    select jsonb_agg(jsonb_build_object(
      'id', 'piece-' || n, 'type', 'thought', 'at', '2026-03-01T00:00:00Z',
      'data', jsonb_build_object('thought_type', 'general', 'stream_id', 's', 'content', piece)
    ))
    from unnest(array['The plat', 'ypus and ', 'the echidna']) with ordinality as p (piece, n)
  )
));
set local role anon;
select is(pg_temp.found('echidna'), '{piece-3}', 'a piece of a thought is found while it is written');
reset role;
select pg_temp.say('last-piece', 'thought', '{"thought_type": "general", "stream_id": "s", "content": " met.", "done": true}');
set local role anon;
select is(pg_temp.found('echidna'), '{last-piece}', 'a finished thought is found as a whole, once');
select is(
  (select snippet from search_events('"platypus and the echidna met"')), '{"The ","platypus and the echidna met",.}',
  'words across its pieces are found'
);
reset role;
update ai_stream_events set data = jsonb_set(data, '{content}', '"the numbat"') where id = 'piece-3';
set local role anon;
select is(pg_temp.found('echidna'), '{}', 'text that the owner removed from an event is no longer found');
select is(pg_temp.found('numbat'), '{last-piece}', 'the text that replaced it is found');
reset role;

delete from ai_stream_events where id = 'piece-3';
set local role anon;
select is(pg_temp.found('numbat'), '{}', 'a deleted piece of a thought is no longer found');
select is(pg_temp.found('platypus'), '{last-piece}', 'the rest of the thought still is');
reset role;

-- Several ends, in one batch and after it.
select pg_temp.say(id, 'thought', jsonb_build_object('thought_type', 'general', 'stream_id', 'again', 'content', content, 'done', true))
from (values ('end-1', 'The potoroo'), ('end-2', ' and the quokka'), ('end-3', ' slept.')) as piece (id, content);
set local role anon;
select is(pg_temp.found('"potoroo and the quokka slept"'), '{end-3}', 'a thought with many ends is found by its last');
select is(pg_temp.found('potoroo'), '{end-3}', 'a thought with many ends is found once');
reset role;

-- A thought of more pieces than the search reads.
select append_events(repeat('a', 64), jsonb_build_object(
  'agent_id', 'ada', 'start_session', 'aaaaaaaa-0000-4000-8000-000000000000', 'events', (
    select jsonb_agg(jsonb_build_object(
      'id', 'token-' || batch || '-' || n, 'type', 'thought', 'at', '2026-03-02T00:00:00Z', 'data', jsonb_build_object(
        'thought_type', 'general', 'stream_id', 'tokens', 'done', batch = 9 and n = 500,
        'content', case when batch = 8 and n = 500 then ' bandicoot' when batch = 9 and n = 1 then ' wallaroo' else ' x' end
      )
    ))
    from generate_series(1, 500) n
  )
)) from generate_series(1, 9) batch;
set local role anon;
select is(pg_temp.found('bandicoot'), '{token-9-500}', 'the search covers 4,000 pieces of a thought');
select is(pg_temp.found('wallaroo'), '{}', 'invariant 10: and reads no more, however often it ends');
reset role;

-- A batch with more text than the search covers.
select append_events(repeat('a', 64), jsonb_build_object(
  'agent_id', 'ada', 'start_session', 'aaaaaaaa-0000-4000-8000-000000000000', 'events', (
    select jsonb_agg(jsonb_build_object(
      'id', 'long-' || n, 'type', 'thought', 'at', '2026-03-02T00:00:00Z', 'data', jsonb_build_object(
        'thought_type', 'general',
        'content', case when n = 16 then 'A short bilby' else 'The dugong' || n || repeat(' é', 21000) || ' manatee' || n end
      )
    ))
    from generate_series(1, 16) n
  )
));
set local role anon;
select is(pg_temp.found('dugong15 -bilby'), '{long-15}', 'a long text among many is found by its beginning');
select is(pg_temp.found('manatee15'), '{}', 'and not by its end');
select is(pg_temp.found('bilby'), '{long-16}', 'a short one by all of it');
reset role;

-- Any input.
create temp table typed (query text);
insert into typed values
  ('''; drop table ai_stream_events; --'), ('"'), ('"""'), ('" "'), ('-'), ('- -'), ('--'), ('-"'), ('*'), ('-*'), ('"*"'), ('a*b*'),
  ('& | ! ( ) <-> :*'), ('!!! ??? ...'), ('\'), ('\\'''), ('a\'), ('''a'':*'), ('%_%'), ('[a-z]+('), ('(?:(?<=x'), ('\m\M'), ('{1,99}'),
  (e'\x01\x02'), (e'\t\n zebra'), (U&'\FEFF\200B\200D'), ('👩‍💻👍🏽'), ('\u0000'), ('$1 $2'), ('zqgggggg'), ('é́́́́́́́́'), ('ﷺ'), ('a b c d e f g h i j k l m n o p q r s t u v w x y z'),
  (repeat('a', 512)), (repeat('a ', 256)), (repeat('"a" ', 128)), (repeat('-a ', 170)), (repeat('a*', 256)), (repeat('検', 170)), (repeat('aB', 256)),
  (repeat('"', 512)), (repeat('.', 512)), (repeat('🚀', 128)), ('or and not'), ('null'), ('-zebra -okapi');
create temp table answered as
select t.query, clock_timestamp() as started_at, (select count(*) from search_events(t.query)) as hits, clock_timestamp() as ended_at
from typed t;
select is((select count(*) from answered), (select count(*) from typed), 'no query makes an error');
select is_empty($$ select query, ended_at - started_at from answered where ended_at - started_at > interval '1 second' $$, 'no query takes a second');
select is_empty($$ select query from answered where hits > 0 and query !~ '[[:alnum:]]' and query !~ '👩' $$, 'punctuation alone finds nothing');
set local role anon;
select throws_ok(format('select search_events(%L)', typed), 'PT422', null, 'refused: ' || coalesce(left(typed, 3), 'null'))
from unnest(array['', ' ', null, repeat('a', 513), repeat('x', 10000)]) as typed;
select throws_ok(format('select search_events(%L, cursor => %L)', 'a', cursor), 'PT422', null, 'no cursor: ' || cursor)
from unnest(array['', 'x', '1_2_3_4_5', '１_２_３_４_５', repeat('0', 112), repeat('f', 112), repeat('F', 112), repeat('０', 112)]) as cursor;
-- A cursor works unchanged and only for its own search.
create temp table given as select cursor from search_events('test*', agent_id => 'ada', max_rows => 1);
select is((select count(*) from given), 1::bigint, 'a row has a cursor');
select lives_ok(
  format('select search_events(%L, agent_id => %L, cursor => %L)', 'test*', 'ada', cursor), 'a cursor continues the same search'
)
from given;
create temp table tampered as
select n, overlay(cursor placing case substr(cursor, n, 1) when '0' then '1' else '0' end from n for 1) as cursor
from given, generate_series(1, length(cursor)) n;
create function pg_temp.state_of(call text) returns text language plpgsql as $$
begin
  execute call;
  return 'none';
exception when others then
  return sqlstate;
end
$$;
select is_empty(
  $$
    select n
    from tampered
    where pg_temp.state_of(format('select search_events(%L, agent_id => %L, cursor => %L)', 'test*', 'ada', cursor)) <> 'PT422'
  $$,
  'a changed cursor is refused'
);
select throws_ok(format(call, cursor), 'PT422', null, 'it leads on in no other search: ' || call)
from given, unnest(array[
  $$ select search_events('test', agent_id => 'ada', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'bob', cursor => '%s') $$,
  $$ select search_events('test*', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'ada', type => 'thought', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'ada', filename => 'a', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'ada', from_at => '2020-01-01', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'ada', to_at => '2030-01-01', cursor => '%s') $$,
  $$ select search_events('test*', agent_id => 'ada', session_id => 'aaaaaaaa-0000-4000-8000-000000000000', cursor => '%s') $$
]) as call;
reset role;
select isnt(
  (select array_agg(substr(private.cursor_of('key', 'search', array[1, 1000, 0, n, n]), 49, 16)) from generate_series(1, 3) n),
  (select array_agg(lpad(to_hex(1000), 16, '0')) from generate_series(1, 3)), 'a cursor does not reveal the number of documents'
);
select is(
  (
    select count(distinct substr(private.cursor_of('key', 'search', array[1, 1000, 0, n, n]), 49, 16)) from generate_series(1, 99) n
  ),
  99::bigint, 'a cursor does not reveal that two documents share a block'
);
set local role anon;
select throws_ok($$ select search_events('a', filename => repeat('a', 1025)) $$, 'PT422', null, 'a file name has its limit');

-- Pages.
reset role;
select append_events(repeat('b', 64), jsonb_build_object('agent_id', 'bob', 'session_id', 'bbbbbbbb-0000-4000-8000-000000000000', 'events', (
  select jsonb_agg(jsonb_build_object(
    'id', 'page-' || part || '-' || n, 'type', 'thought', 'at', timestamptz '2026-03-01' + n * interval '1 minute',
    'data', jsonb_build_object('thought_type', 'general', 'content', repeat('lemur ', 1 + n % 3) || n)
  ))
  from generate_series(1, 450) n
)))
from generate_series(1, 3) part;
create function pg_temp.read_pages(query text, rows integer) returns setof text language plpgsql as $$
declare
  hit search_hit;
  page_cursor text;
begin
  loop
    hit := null;
    for hit in select * from search_events(query, cursor => page_cursor, max_rows => rows) loop
      return next hit.session_id || ' ' || hit.seq;
      page_cursor := hit.cursor;
    end loop;
    exit when hit is null;
    -- New events arrive while a viewer reads.
    perform pg_temp.say(gen_random_uuid()::text, 'thought', '{"thought_type": "general", "content": "a lemur came"}', 'b', 'bbbbbbbb-0000-4000-8000-000000000000');
  end loop;
end
$$;
create temp table paged as select * from pg_temp.read_pages('lemur', 70) as hit;
select is((select count(distinct hit) from paged), 1350::bigint, 'pages skip nothing');
select is((select count(*) from paged), 1350::bigint, 'pages repeat nothing while more is written');
select is((select count(*) from search_events('lemur', max_rows => 1000)), 100::bigint, 'a page has at most 100 rows');
select is((select count(*) from search_events('lemur', max_rows => -1)), 1::bigint, 'and at least one');
select ok(
  (select bool_and(snippet[2] = 'lemur' and cardinality(snippet) >= 5) from search_events('lemur came -came lemur*', max_rows => 5) ) is not false,
  'more occurrences of a word rank higher'
);

-- The time limit holds however short it is, also for a page that continues inside a block.
create temp table heavy as
select string_agg('-x' || n, ' ') as query from generate_series(1, 80) n;
create temp table next_page as
select hit.cursor from heavy, search_events(heavy.query, agent_id => 'bob', max_rows => 1) hit;
select private.change_setting('search_budget_ms', '1');
select throws_ok(
  format('select search_events(%L, agent_id => %L)', query, 'bob'), 'PT503',
  'Cannot finish the search in time: narrow it by agent, session, type, file or time.', 'a search has a time limit'
)
from heavy;
select throws_ok(
  format('select search_events(%L, agent_id => %L, cursor => %L)', query, 'bob', cursor), 'PT503', null,
  'the next page has a time limit too'
)
from heavy, next_page;
select private.change_setting('search_budget_ms', null);
select lives_ok(
  format('select search_events(%L, agent_id => %L, cursor => %L)', query, 'bob', cursor), 'the next page finishes within its limit'
)
from heavy, next_page;

-- By index.
analyze private.search_documents;
create temp view scans as
select relname, seq_scan from pg_stat_xact_user_tables
where relname in ('ai_stream_events', 'search_documents_open', 'search_documents_hidden', 'ai_agent_sessions');
create temp table before_scans as select * from scans;
select count(*)
from unnest(array['lemur', 'zebra', 'nowhere', '"a lemur came"', '-lemur', 'le*', '検索']) as query,
  search_events(query) a, search_events(query, agent_id => 'bob', from_at => '2026-01-01') b;
select results_eq('select * from scans order by 1', 'select * from before_scans order by 1', 'no search reads a whole table');
set local enable_seqscan = off;
create function pg_temp.plan_of(statement text) returns text language plpgsql as $$
declare
  line text;
  plan text := '';
begin
  for line in execute 'explain ' || statement loop
    plan := plan || line || e'\n';
  end loop;
  return plan;
end
$$;
select alike(
  pg_temp.plan_of($$
    select 1 from private.search_documents
    where not is_hidden and tags @> array[1::bigint, 2] and words @@ 'zebra' and tags && array[3::bigint] limit 1025
  $$),
  '%Bitmap Index Scan on search_documents_open_tags_words_idx%Index Cond: ((tags @> %tags && %words @@ %', 'words, windows and filters are one index scan'
);

-- The statistics are a thousand words.
create function pg_temp.reads_of_statistics(query text) returns bigint language plpgsql as $$
declare
  reads_before bigint := (select idx_scan from pg_stat_xact_all_tables where relname = 'pg_statistic');
begin
  perform search_events(query);
  return (select idx_scan from pg_stat_xact_all_tables where relname = 'pg_statistic') - reads_before;
end
$$;
-- Postgres plans the first searches of a connection and then reads the statistics too.
select count(*) from generate_series(1, 3), unnest(array['okapi', 'okapi Zebra lemur_came "a lemur" le*']) query, pg_temp.reads_of_statistics(query);
select ok(pg_temp.reads_of_statistics('okapi') > 0, 'a search asks how frequent its words are');
select is(
  pg_temp.reads_of_statistics('okapi Zebra lemur_came "a lemur" le*'), pg_temp.reads_of_statistics('okapi'),
  'a frequency is read once per word'
);

-- The search reads nothing of a hidden agent, and hidden documents only if the query names their session.
create temp view lookups as
select
  coalesce(sum(idx_scan) filter (where relname = 'search_documents_hidden'), 0) as hidden,
  coalesce(sum(idx_scan) filter (where relname = 'search_documents_open'), 0) as open
from pg_stat_xact_user_tables;
create temp table before_lookups as select * from lookups;
select count(*) from unnest(array['una', 'pat', 'nobody']) agent, search_events('okapi', agent_id => agent);
select results_eq('select * from lookups', 'select * from before_lookups', 'nothing is looked up for an agent that is not public');
select count(*) from search_events('okapi', agent_id => 'ada');
select ok((select l.open > b.open and l.hidden = b.hidden from lookups l, before_lookups b), 'a public agent is looked up among the open documents');
select count(*) from search_events('okapi');
select ok((select l.hidden = b.hidden from lookups l, before_lookups b), 'a search of all agents uses the open documents');
select count(*) from search_events('okapi', session_id => 'cccccccc-0000-4000-8000-000000000000');
select ok((select l.hidden > b.hidden from lookups l, before_lookups b), 'an unlisted session is looked up among the hidden documents');
select is(
  private.share_of_word(private.read_common_words(), 'unlisted', false), 0::real, 'a word of hidden documents has no known frequency'
);

-- Documents are in the right partition, whatever their agent's visibility was when they were written.
create temp view misplaced as
select d.session_id, d.seq
from private.search_documents d
join ai_agent_sessions s on s.id = d.session_id
where d.is_hidden <> (s.visibility <> 'public');
select is_empty('select * from misplaced', 'documents are stored as open or hidden');
select update_agent(repeat('a', 64), '{"visibility": "unlisted"}');
select update_agent(repeat('d', 64), '{"visibility": "public"}');
select is_empty('select * from misplaced', 'documents move when their agent''s visibility changes');
select is(
  pg_temp.found('okapi'), '{private}', 'events are found once public, and no longer once private'
);
-- More rows than one move takes.
select update_agent(repeat('a', 64), '{"visibility": "public"}');
update private.search_documents d set is_hidden = true from ai_agent_sessions s where s.id = d.session_id and s.agent_id = 'ada';
insert into private.moved_sessions select id from ai_agent_sessions where agent_id = 'ada';
create temp table waiting as select count(*) as n from misplaced;
select private.move_documents(3);
select is((select count(*) from misplaced), (select n - 3 from waiting), 'many documents are moved in pieces');
select private.move_documents(1000);
select is_empty('select * from misplaced union all select session_id, 0 from private.moved_sessions', 'all documents are moved in the end');

-- The index takes everything that the contract allows.
select lives_ok(
  format('select pg_temp.say(%L, %L, %L, %L, %L)', 'big-' || n, type, data, 'b', 'bbbbbbbb-0000-4000-8000-000000000000'),
  'written: ' || name
)
from (values
  ('a megabyte of one word', 'code', jsonb_build_object('filename', 'a', 'action', 'write', 'content', repeat('a', 1048576))),
  ('64 KB of different words', 'thought', jsonb_build_object('thought_type', 'general', 'content', (select string_agg(left(md5(i::text), 3), ' ') from generate_series(1, 16384) i))),
  ('64 KB of different pairs', 'thought', jsonb_build_object('thought_type', 'general', 'content', (select string_agg(chr(19968 + (i * 7919) % 20000), '') from generate_series(1, 21845) i))),
  ('a megabyte of different pairs', 'code', jsonb_build_object('filename', 'a', 'action', 'write', 'content', (select string_agg(chr(131072 + (i * 7919) % 40000), '') from generate_series(1, 262144) i))),
  ('64 KB of capitals and digits', 'terminal', jsonb_build_object('stream', 'stdout', 'text', repeat('aB1_', 16384))),
  ('letters that unfold', 'thought', jsonb_build_object('thought_type', 'general', 'content', repeat('ﷺ', 21845))),
  ('escapes', 'terminal', jsonb_build_object('stream', 'stdout', 'text', repeat(e'\x1b[', 32768))),
  ('a thousand folders', 'code', jsonb_build_object('filename', repeat('/', 1024), 'action', 'delete')),
  ('signs', 'thought', '{"thought_type": "general", "content": "🚀 . \u0001 \ufeff"}'),
  ('nothing', 'thought', '{"thought_type": "general", "content": ""}')
) as big (name, type, data), lateral (select md5(name) as n) named;
-- A page of long texts whose match is near the end.
select append_events(repeat('b', 64), jsonb_build_object('agent_id', 'bob', 'session_id', 'bbbbbbbb-0000-4000-8000-000000000000', 'events', (
  select jsonb_agg(jsonb_build_object(
    'id', 'page-of-long-' || part || '-' || n, 'type', 'thought', 'at', '2026-03-09T00:00:00Z',
    'data', jsonb_build_object('thought_type', 'general', 'content', 'serow ' || repeat(e'bleat \n', 8000) || ' takin ' || n)
  ))
  from generate_series(1, 4) n
)))
from generate_series(1, 25) part;
create temp table long_page as
select clock_timestamp() as started_at, hits.*, clock_timestamp() as ended_at
from (
  select count(*) as hits, count(*) filter (where 'serow' = any (snippet)) as marked
  from search_events('serow takin -okapi b* bl* ble* s* se* ta*', max_rows => 100)
) hits;
select is_empty($$ select * from long_page where ended_at - started_at > interval '3 seconds' $$, 'a page of long texts is returned in time');
select is((select hits || ' ' || marked from long_page), '100 100', 'matches in long texts are marked');
select is(
  (select count(*) from search_events('takin', max_rows => 100) where 'takin' = any (snippet)), 100::bigint,
  'matches late in long texts are marked'
);
select is_empty($$ select 1 from search_events('"' || repeat('a', 200) || '"') $$, 'an overlong word is not found');

delete from public.ai_agents where agent_id = 'bob';
select is_empty($$ select 1 from private.search_documents where session_id = 'bbbbbbbb-0000-4000-8000-000000000000' $$, 'documents go with their session');

select * from finish();
rollback;
