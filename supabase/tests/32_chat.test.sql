-- A viewer asks, the agent hears it with its next batch and answers.
begin;
select plan(111);
\ir helpers/setup.psql

create function pg_temp.line(content text, extra jsonb default '{}') returns jsonb language sql as $$
select jsonb_build_object(
  'session_id', '00000000-0000-4000-8000-00000000000a', 'viewer_id', 'v1', 'name', 'Vera', 'text', content
) || extra
$$;
create function pg_temp.say(line jsonb, address text default '203.0.113.1') returns jsonb language sql as $$
select post_message(line, jsonb_build_object('x-forwarded-for', address))
$$;
create function pg_temp.append(id text, extra jsonb default '{}') returns jsonb language sql as $$
select pg_temp.send(
  'ada', '00000000-0000-4000-8000-00000000000a', jsonb_build_array(pg_temp.event('usage', '{}', id)), extra
)
$$;
create function pg_temp.texts(messages jsonb) returns text[] language sql as $$
select coalesce(array_agg(m ->> 'text' order by position), '{}')
from jsonb_array_elements(messages) with ordinality as m (m, position)
$$;
grant execute on all functions in schema pg_temp to service_role;

-- On a slow machine too.
select private.change_setting('chat_address_refill_ms', '3600000');
select register_agent('{"agent_id": "ada", "name": "Ada"}', repeat('a', 64), 'klt_aaaaaaaa');
select register_agent('{"agent_id": "bob"}', repeat('b', 64), 'klt_bbbbbbbb');
select pg_temp.append('e1');

set local role service_role;
select is(
  pg_temp.say(pg_temp.line('hello', '{"id": "11111111-1111-4111-8111-111111111111"}')) - 'at',
  '{"seq": 1, "id": "11111111-1111-4111-8111-111111111111", "session_id": "00000000-0000-4000-8000-00000000000a", "sender": "viewer", "name": "Vera", "text": "hello"}',
  'post_message returns the line with its seq'
);
select is(
  pg_temp.say(pg_temp.line('hello', '{"id": "11111111-1111-4111-8111-111111111111"}')) ->> 'seq', '1',
  'a line sent again under its id is the same line'
);
select is(pg_temp.say(pg_temp.line('second')) ->> 'seq', '2', 'the next line has the next seq');
select is(
  (session_head('00000000-0000-4000-8000-00000000000a')).messages_to, 2::bigint, 'the head has the last seq of the chat'
);

-- The agent hears.
select is(pg_temp.texts(pg_temp.append('e2') -> 'messages'), '{hello,second}', 'a batch''s reply carries new lines');
select is(pg_temp.texts(pg_temp.append('e3') -> 'messages'), '{}', 'the next reply does not repeat them');
select is(
  pg_temp.texts(pg_temp.append('e4', '{"messages_after": 1}') -> 'messages'), '{second}',
  'an agent that keeps its own cursor gets the lines after it'
);
select is(
  pg_temp.texts(pg_temp.append('e4', '{"messages_after": 0}') -> 'messages'), '{hello,second}',
  'messages_after works for a repeated batch too'
);
select is(pg_temp.texts(pg_temp.append('e5') -> 'messages'), '{}', 'a repeated batch does not move the cursor back');
select is(
  pg_temp.texts(read_messages(repeat('a', 64), '00000000-0000-4000-8000-00000000000a', 0)), '{hello,second}',
  'read_messages reads after a seq'
);
select is(
  pg_temp.texts(read_messages(repeat('a', 64), '00000000-0000-4000-8000-00000000000a', 0, 1)), '{hello}',
  'read_messages returns pages'
);
select is(pg_temp.say(pg_temp.line('third')) ->> 'seq', '3', 'a viewer posts again');
select is(
  pg_temp.texts(read_messages(repeat('a', 64), '00000000-0000-4000-8000-00000000000a')), '{third}',
  'read_messages without a seq reads from the cursor'
);
select is(pg_temp.texts(pg_temp.append('e6') -> 'messages'), '{}', 'read_messages moves the cursor');

-- The agent answers.
select is(
  post_agent_message(repeat('a', 64), '{"session_id": "00000000-0000-4000-8000-00000000000a", "text": "an answer", "id": "22222222-2222-4222-8222-222222222222"}')
    - '{at}'::text[],
  '{"seq": 4, "id": "22222222-2222-4222-8222-222222222222", "session_id": "00000000-0000-4000-8000-00000000000a", "sender": "agent", "name": "Ada", "text": "an answer"}',
  'post_agent_message posts under the agent''s name'
);
select is(
  post_agent_message(repeat('a', 64), '{"session_id": "00000000-0000-4000-8000-00000000000a", "text": "an answer", "id": "22222222-2222-4222-8222-222222222222"}') ->> 'seq',
  '4', 'post_agent_message stores a repeated line once'
);
select is(pg_temp.texts(pg_temp.append('e7') -> 'messages'), '{}', 'an agent''s own lines are not sent to it');
set local role anon;
select results_eq(
  $$ select seq, sender, text from session_messages('00000000-0000-4000-8000-00000000000a', 2) $$,
  $$ values (3::bigint, 'viewer', 'third'), (4, 'agent', 'an answer') $$,
  'session_messages shows both sides after a seq, ascending'
);
select is(
  (select count(*) from session_messages('00000000-0000-4000-8000-00000000000a', 0, 3)), 3::bigint, 'session_messages returns pages'
);

-- Refusals.
set local role service_role;
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('x', '{"session_id": "00000000-0000-4000-8000-000000000000"}')) $$),
  'PT404 session_not_found', 'a line for an unknown session is refused'
);
select is(
  pg_temp.refusal($$ select post_agent_message(repeat('b', 64), '{"session_id": "00000000-0000-4000-8000-00000000000a", "text": "x"}') $$),
  'PT404 session_not_found', 'another agent can''t post in the session'
);
select is(
  pg_temp.refusal($$ select read_messages(repeat('b', 64), '00000000-0000-4000-8000-00000000000a') $$),
  'PT404 session_not_found', 'another agent can''t read the chat as its own'
);
select is(
  pg_temp.refusal($$ select post_agent_message(repeat('0', 64), '{"session_id": "00000000-0000-4000-8000-00000000000a", "text": "x"}') $$),
  'PT401 unknown_key', 'a caller with an unknown key can''t post as an agent'
);
select is(
  pg_temp.refusal(format($$ select pg_temp.say(pg_temp.line('x', '{"viewer_id": "w%s"}' || %L::jsonb)) $$, n, wrong)),
  'PT422 invalid_request', 'refused: ' || wrong
)
from unnest(array['{"text": ""}', '{"text": " \n"}', '{"text": null}', '{"name": ""}', '{"name": " "}'])
  with ordinality as wrong (wrong, n);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line(repeat('x', 4097), '{"viewer_id": "long"}')) $$),
  'PT422 invalid_request', 'a line over its limit is refused'
);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line(repeat('x', 4096), '{"viewer_id": "long"}')) $$),
  'none', 'a line at its limit is stored'
);

-- Too fast.
select lives_ok(
  $$ select pg_temp.say(pg_temp.line('spam', '{"viewer_id": "spammer"}')) from generate_series(1, 5) $$,
  'five lines in a row are accepted'
);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('spam', '{"viewer_id": "spammer"}')) $$), 'PT429 rate_limited',
  'the sixth line is refused'
);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('hi', '{"viewer_id": "other"}')) $$), 'none',
  'another viewer may still post'
);
reset role;
-- Slow refill: no token comes back while this runs on a busy machine.
select private.change_setting('chat_address_refill_ms', '60000');
select private.change_setting('chat_session_refill_ms', '60000');
select private.change_setting('chat_session_network_refill_ms', '60000');
set local role service_role;
select lives_ok(
  $$
    select pg_temp.say(pg_temp.line('spam', jsonb_build_object('viewer_id', 'n' || n)), '203.0.114.9')
    from generate_series(1, 60) n
  $$,
  'many viewers of one address share a larger limit'
);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('spam', '{"viewer_id": "n0"}'), '1.2.3.4, 203.0.114.9') $$),
  'PT429 rate_limited', 'the address''s limit holds despite forged entries'
);
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('spam', '{"viewer_id": "n1"}'), '203.0.114.10') $$),
  'PT429 rate_limited', 'invariant 10: neighbours share their network''s part of a session'
);
select matches(current_setting('test.message'), 'chat_session_network', 'the refusal names that limit');
select lives_ok(
  $$
    select pg_temp.say(pg_temp.line('spam', jsonb_build_object('viewer_id', 'm' || n)), format('203.1.%s.9', n))
    from generate_series(10, 129) n
  $$,
  'viewers from other networks may still post'
);
select is(
  pg_temp.refusal($$
    select pg_temp.say(pg_temp.line('spam', jsonb_build_object('viewer_id', 'o' || n)), format('198.51.%s.1', n))
    from generate_series(1, 200) n
  $$),
  'PT429 rate_limited', 'until the session has had too many lines'
);

-- Names. The agent is Ada, its handle ada.
reset role;
delete from private.rate_buckets where true;
select is(
  pg_temp.refusal(format(
    $$ select pg_temp.say(pg_temp.line('x', jsonb_build_object('viewer_id', %L, 'name', %L))) $$, 'name' || n, name
  )),
  'PT422 invalid_request', 'a viewer can''t take the agent''s name: ' || shown
)
from (values
  (1, 'Ada', 'as it is'),
  (2, ' a D a ', 'in other letters and spaces'),
  (3, U&'A\200Bda', 'with a zero-width space'),
  (4, U&'\FF21\FF44\FF41', 'in full-width letters'),
  (5, U&'\0410da', 'with a Cyrillic letter'),
  (6, U&'Ad\03B1', 'with a Greek letter'),
  (7, U&'Ada\FE0F', 'with a variation selector'),
  (8, U&'Ada\+0E0041', 'with a tag character'),
  (9, U&'Ada\3164', 'with a Hangul filler'),
  (10, U&'Ad\0251', 'with a Latin alpha'),
  (11, U&'\13AAda', 'with a Cherokee letter'),
  (12, U&'\A4EEda', 'with a Lisu letter'),
  (13, U&'\+01F170da', 'with a letter in a box'),
  (14, U&'A\0307da', 'with a combining dot'),
  (15, U&'\00C1d\00E0', 'with accents'),
  (16, U&'A\+01D173da', 'with an invisible mark of music'),
  (17, U&'Ad\+013430a', 'with a control of hieroglyphs'),
  (18, U&'Ada\+01BCA0', 'with a control of shorthand'),
  (19, 'Ada.', 'with a full stop'),
  (20, U&'\00B7 Ada \00B7', 'between dots'),
  (21, U&'Ada \2713', 'with a tick'),
  (22, U&'Ada\02C8', 'with a stress mark')
) as names (n, name, shown);
select is(
  pg_temp.refusal(format(
    $$ select pg_temp.say(pg_temp.line('x', jsonb_build_object('viewer_id', %L, 'name', %L))) $$, 'unseen' || n, name
  )),
  'PT422 invalid_request', 'nor a name that can''t be seen: number ' || n
)
from unnest(array[U&'\200B', U&'\3164', U&'\2800', U&'\FE0F', U&'\+0E0061', U&'\00AD \2060', U&'\115F\FFA0', U&'\+01D173\+013430\+01BCA0'])
  with ordinality as unseen (name, n);
select is(
  pg_temp.refusal(format(
    $$ select pg_temp.say(pg_temp.line('x', jsonb_build_object('viewer_id', %L, 'name', %L))) $$, 'own' || n, name
  )),
  'none', 'other names pass: ' || name
)
from unnest(array['Adam', 'Ada L.', 'Ada fan', U&'Jos\00E9', U&'M\00FCller', U&'\674E\96F7', '...', U&'\0410\043D\043D\0430', U&'\D55C\AD6D', U&'\05D0\05D3\05D4', U&'\+01F44B'])
  with ordinality as own (name, n);

select is(
  private.seen_names(lookalike) && private.seen_names(name), true, lookalike || ' looks like ' || name
)
from (values
  ('Nova', U&'No\03BDa'), ('Nova', U&'No\0475a'), ('Nova', U&'N\0585va'), ('Nova', U&'\03BDova'), ('nova', U&'\039Dova'),
  ('Gil', U&'\0261i1'), ('Gil', 'GI|'), ('Ferry', U&'Ferr\03B3'), ('Ivy', '1vy'), ('Marn', 'Mam'), ('Bo', 'B0!'),
  ('kulti', U&'ku\04CFti'), ('kulti', U&'\0138ulti'), ('kulti', U&'\0199ulti'), ('Zap', U&'\AB93ap')
) as pairs (name, lookalike);
select is(
  private.seen_names(one) && private.seen_names(other), false, one || ' does not look like ' || other
)
from (values
  ('Nova', 'Nova fan'), ('Nova', 'Nona'), ('Nova', U&'\D55C\AD6D'), (U&'\674E\96F7', U&'\674E\96E8'), ('...', '!!!'),
  (U&'\+01F44B', U&'\+01F44D')
) as pairs (one, other);

-- Many messages arrive while the agent works.
select pg_temp.append('read', '{"messages_after": 0}');
create function pg_temp.hear() returns jsonb language sql as $$
select jsonb_agg(m order by (m ->> 'seq')::bigint)
from jsonb_array_elements(pg_temp.send(
  'bob', '00000000-0000-4000-8000-00000000000b', jsonb_build_array(pg_temp.event('usage', '{}'))
) -> 'messages') m
$$;
select pg_temp.hear();
insert into ai_stream_messages (session_id, seq, id, sender, name, text)
select '00000000-0000-4000-8000-00000000000b', n, gen_random_uuid(), 'viewer', 'V', repeat('x', 4096)
from generate_series(1, 20) n;
insert into ai_stream_messages (session_id, seq, id, sender, name, text)
select '00000000-0000-4000-8000-00000000000b', n, gen_random_uuid(), 'viewer', 'V', 'short'
from generate_series(21, 90) n;
update ai_agent_sessions set messages_to = 90 where id = '00000000-0000-4000-8000-00000000000b';
select results_eq(
  $$
    select jsonb_array_length(reply)::int, (reply -> 0 ->> 'seq')::int, octet_length(reply::text) < 40000
    from (select pg_temp.hear() as reply from generate_series(1, 5)) replies
  $$,
  $$ values (7, 1, true), (7, 8, true), (50, 15, true), (26, 65, true), (null, null, null) $$,
  'a reply brings at most 32 KB and 50 lines of chat, and the next ones the rest, each line once'
);
select is(
  jsonb_array_length(read_messages(repeat('b', 64), '00000000-0000-4000-8000-00000000000b', 0, 1000)), 7,
  'read_messages returns at most as much, each line once'
);

-- The end.
select append_events(repeat('a', 64), '{"agent_id": "ada", "session_id": "00000000-0000-4000-8000-00000000000a", "events": [
  {"id": "end", "type": "status", "at": "2026-11-22T10:00:00Z", "data": {"status": "done"}}
]}');
select is(
  pg_temp.refusal($$ select pg_temp.say(pg_temp.line('late', '{"viewer_id": "late"}')) $$), 'PT409 session_ended',
  'a viewer can''t post in an ended session'
);
select is(
  pg_temp.refusal($$ select post_agent_message(repeat('a', 64), '{"session_id": "00000000-0000-4000-8000-00000000000a", "text": "a last word"}') $$),
  'none', 'the agent may still answer after its last batch'
);


-- An agent's own lines have a rate and count towards its quota, and one network cannot use up a session's day.
select register_agent('{"agent_id": "dee"}', repeat('d', 64), 'klt_dddddddd');
select pg_temp.send('dee', '99999999-0000-4000-8000-000000000000', jsonb_build_array(pg_temp.event('usage', '{}')));
create function pg_temp.answer_chat(id uuid, text text) returns jsonb language sql as $$
select post_agent_message(
  repeat('d', 64), jsonb_build_object('session_id', '99999999-0000-4000-8000-000000000000', 'id', id, 'text', text)
)
$$;
select private.change_setting('agent_chat_burst', '2');
create temp table stored_before as select bytes from private.stored_bytes where agent_id = 'dee';
select pg_temp.answer_chat('99999999-0000-4000-8000-000000000001', 'one'), pg_temp.answer_chat('99999999-0000-4000-8000-000000000002', 'two');
select is(
  pg_temp.refusal($$ select pg_temp.answer_chat('99999999-0000-4000-8000-000000000003', 'three') $$), 'PT429 rate_limited',
  'an agent''s chat lines have a rate of their own'
);
select is(
  pg_temp.answer_chat('99999999-0000-4000-8000-000000000002', 'two') ->> 'text', 'two', 'a repeated line costs no token'
);
select private.change_setting('agent_chat_burst', '1000');
select ok(
  (select b.bytes > before.bytes + 2 * 60 from private.stored_bytes b, stored_before before where b.agent_id = 'dee'),
  'its lines count towards its quota'
);
select private.change_setting('new_agent_day_bytes', '1000');
select is(
  pg_temp.refusal(format($$ select pg_temp.answer_chat(gen_random_uuid(), %L) $$, repeat('x', 1000))), 'PT429 quota_exceeded',
  'a line over the quota is refused'
);
select private.change_setting('chat_network_day_burst', '2');
create function pg_temp.chat_from(address text) returns text language sql as $$
select pg_temp.refusal(format(
  $q$ select post_message(jsonb_build_object(
    'session_id', '99999999-0000-4000-8000-000000000000', 'viewer_id', gen_random_uuid(), 'name', 'V', 'text', 'x'
  ), '{"x-forwarded-for": "%s"}') $q$, address
))
$$;
select is(
  (select array_agg(pg_temp.chat_from('2001:db8:7:' || n || '::1')) from generate_series(1, 3) n),
  '{none,none,"PT429 rate_limited"}', 'invariant 10: addresses of one network share its chat lines of a day'
);
select is(pg_temp.chat_from('2001:db8:8:1::1'), 'none', 'another network has its own');

select * from finish();
rollback;
