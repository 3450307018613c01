-- search_events ranks the newest few hundred matching events, then the few hundred before them. Windows of documents
-- bound its reading (see search_documents), so a word that is everywhere, nowhere or only in old events does not make
-- a search slow.

-- `score` is in units of 2^-40, so that it survives a cursor without loss.
create type private.search_match as (session_id uuid, seq bigint, place bigint, score bigint);

-- The filters of a search.
create type private.search_filter as (
  session_id uuid,
  agent_id text,
  from_at timestamptz,
  to_at timestamptz,
  -- The tags of these filters, the type and the file name.
  tags bigint[],
  -- Any of these; null for any time.
  time_tags bigint[],
  -- The time of the first page, from which ages count.
  as_of timestamptz,
  -- The widest windows to read.
  widest integer,
  -- Whether to search the documents of a session that is not public.
  is_hidden boolean,
  -- When to stop reading, and when to fail.
  deadline timestamptz,
  give_up_at timestamptz
);

-- Tags of the stretches that cover the days between two moments, each as long as possible: about 80 at most.
create function private.time_tags(from_at timestamptz, to_at timestamptz) returns bigint[]
language plpgsql stable
set search_path = ''
as $$
declare
  earliest constant timestamptz := timestamptz '1970-01-01 00:00:00+00';
  latest constant timestamptz := now() + interval '1 day';
  -- The days left to cover, in stretches of `days`.
  first bigint := floor(extract(epoch from least(greatest(from_at, earliest), latest)) / 86400);
  past_last bigint := floor(extract(epoch from greatest(least(to_at, latest), earliest)) / 86400) + 1;
  days bigint := 1;
  tags bigint[] := '{}'::bigint[];
begin
  while days < 512 loop
    while first < past_last and first % 8 <> 0 loop
      tags := tags || ((days << 40) | first);
      first := first + 1;
    end loop;
    while first < past_last and past_last % 8 <> 0 loop
      past_last := past_last - 1;
      tags := tags || ((days << 40) | past_last);
    end loop;
    exit when first >= past_last;
    first := first / 8;
    past_last := past_last / 8;
    days := days * 8;
  end loop;
  return tags || array(select (days << 40) | stretch from generate_series(first, past_last - 1) as stretch);
end
$$;

-- The newest matching documents of one window below `before` and from `floor` on, at most 200 unless there is a floor;
-- and how many the index returned, up to one more than `most`. In that case the window is too wide and there are no
-- matches. After the time to fail nothing matches: the caller checks the clock afterwards.
create function private.search_window(
  sought private.search_query, narrowed private.search_filter, level integer, before bigint, floor bigint,
  most integer, out given integer, out matches private.search_match[]
)
language plpgsql stable
set search_path = ''
-- Planned once per connection: planned for each window, a search of 23 windows took 46 ms instead of 33. The plan may
-- date from an empty table, so only one plan may be possible: with the other scans off, only the bitmap index scan
-- remains.
set plan_cache_mode = force_generic_plan
set enable_indexscan = off
as $$
declare
  wanted_tags bigint[] := narrowed.tags || private.window_tag(level, before - 1);
begin
  -- Matching and ranking take time, so this checks the index's documents from the newest on and stops early: the first
  -- `offset 0` keeps the conditions after the sort, the second one session after the other.
  with found as materialized (
    -- Only one of the three branches runs.
    select d.session_id, d.seq, d.place, d.at, d.words
    from private.search_documents d
    where sought.indexed is not null and narrowed.time_tags is null and d.is_hidden = narrowed.is_hidden
      and d.tags @> wanted_tags and d.words @@ sought.indexed
    union all
    select d.session_id, d.seq, d.place, d.at, d.words
    from private.search_documents d
    where sought.indexed is not null and narrowed.time_tags is not null and d.is_hidden = narrowed.is_hidden
      and d.tags @> wanted_tags and d.tags && narrowed.time_tags and d.words @@ sought.indexed
    union all
    -- Without words for the index, reads documents in place and does not carry them on; `is true` keeps the index out.
    select d.session_id, d.seq, d.place, d.at, d.words
    from private.search_documents d
    where sought.indexed is null and d.is_hidden = narrowed.is_hidden
      and d.tags @> wanted_tags
      and (narrowed.time_tags is null or d.tags && narrowed.time_tags)
      and case when clock_timestamp() < narrowed.give_up_at then (d.words @@ sought.whole) is true else false end
    limit most + 1
  ),
  counted as (
    select count(*) as given from found
  )
  select
    counted.given,
    (
      select array_agg(row(
        m.session_id, m.seq, m.place,
        -- The newest documents count twice as much as the old ones.
        (
          coalesce(ts_rank(m.words, sought.wanted, 1), 1)::float8
          * (1 + 1 / (1 + greatest(0, extract(epoch from narrowed.as_of - m.at)::float8) / 86400))
          * 1099511627776
        )::bigint
      )::private.search_match)
      from (
        select g.*
        from (
          select found.*
          from found
          where counted.given <= most and found.place < before and found.place >= coalesce(floor, 0)
          order by found.place desc
          offset 0
        ) g,
        lateral (
          select s.id, s.visibility, s.agent_id
          from public.ai_agent_sessions s
          where s.id = g.session_id
          offset 0
        ) s
        where case
            when clock_timestamp() < narrowed.give_up_at then sought.indexed = sought.whole or g.words @@ sought.whole
            else false
          end
          and (s.visibility = 'public' or s.visibility = 'unlisted' and s.id = narrowed.session_id)
          and (s.agent_id = narrowed.agent_id) is not false
          and (g.at >= narrowed.from_at) is not false
          and (g.at <= narrowed.to_at) is not false
        order by g.place desc
        limit case when floor is null then 200 end
      ) m
    )
  into given, matches
  from counted;
end
$$;

-- The newest matching documents below `before`: 200, or all from `floor` on if there is one. `lower` is the end of the
-- block: everything from there to `before` has been read. A block ends early when it has enough for a page and has
-- taken 20 ms, and at the deadline; but not when it is read again for its next page, which must find the same block.
-- Reading it again takes as long as the first time; if it takes more than twice the budget, `lower` is null and the
-- search fails.
create function private.search_block(
  sought private.search_query, narrowed private.search_filter, before bigint, floor bigint, page_rows integer,
  out matches private.search_match[], out lower bigint
)
language plpgsql stable
set search_path = ''
as $$
declare
  -- For wider windows, because finding out that one is too wide takes 10 to 40 ms. With half as many, phrases of
  -- frequent words that are rarely together took three times as long.
  most constant integer := 800;
  started_at timestamptz := clock_timestamp();
  newest bigint := (select last_value from private.search_places);
  level integer := 0;
  -- By level + 1: windows of this width are too wide above this place.
  wide_from bigint[] := array_fill(before, array[4]);
  window_start bigint;
  -- The index's documents per place, from the previous window.
  density float8;
  step record;
begin
  matches := '{}';
  lower := before;
  while lower > coalesce(floor, 0) loop
    step := private.search_window(
      sought, narrowed, level, lower, floor, case when level = 0 then 1024 else most end
    );
    if clock_timestamp() > narrowed.give_up_at then
      lower := null;
      return;
    end if;
    window_start := ((lower - 1) >> (10 + 4 * level)) << (10 + 4 * level);
    if level > 0 and step.given > most then
      wide_from[level + 1] := window_start;
      level := level - 1;
      continue;
    end if;
    matches := matches || step.matches;
    lower := greatest(window_start, coalesce(floor, 0));
    exit when floor is null and (
      cardinality(matches) >= 200
      or cardinality(matches) >= page_rows and clock_timestamp() > started_at + interval '20 ms'
      or clock_timestamp() > narrowed.deadline
    );
    density := step.given::float8 / (least(window_start + (1024 << (4 * level)), newest + 1) - window_start);
    if level < narrowed.widest and density * (1024 << (4 * level + 4)) <= most and lower <= wide_from[level + 2] then
      level := level + 1;
    elsif level > 0 and density * (1024 << (4 * level)) > most then
      level := level - 1;
    end if;
  end loop;
  if floor is null and cardinality(matches) >= 200 then
    matches := array(select m::private.search_match from unnest(matches) m order by m.place desc limit 200);
    lower := matches[200].place;
  end if;
end
$$;

-- The first place of a pattern in a text. In pieces, because regexp_instr continues to the last match: in 64 KB with a
-- match every third character, it took 50 ms.
create function private.first_spot(content text, pattern text, letters text) returns integer
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  step constant integer := 2000;
  -- As long as the longest query's letters and the signs between them.
  most constant integer := 1000;
  spot integer;
  near integer := strpos(content, substring(content from letters));
begin
  while near between 1 and length(content) loop
    -- One more character at the front, for the condition before a word.
    spot := regexp_instr(substr(content, greatest(near - 1, 1), step + most), pattern, least(near, 2));
    if spot > 0 then
      return greatest(near - 1, 1) + spot - 1;
    end if;
    near := near + step;
  end loop;
  return null;
end
$$;

-- The first place of any pattern in a text; of several, the one followed by the most patterns. In a loop: a query over
-- the patterns took four times as long.
create function private.spot_of(content text, patterns text[], letters text[], chars integer) returns integer
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  any_of_them text;
  spot integer;
  times integer;
  best integer;
  most integer := 0;
begin
  if cardinality(patterns) <= 1 then
    return private.first_spot(content, patterns[1], letters[1]);
  end if;
  any_of_them := array_to_string(patterns, '|');
  for n in 1..cardinality(patterns) loop
    spot := private.first_spot(content, patterns[n], letters[n]);
    continue when spot is null;
    times := regexp_count(substr(content, spot, chars), any_of_them);
    if best is null or times > most or times = most and spot < best then
      best := spot;
      most := times;
    end if;
  end loop;
  return best;
end
$$;

-- About 240 characters of the text around the matches: plain text, match, plain text, match …, plain text; and the
-- line of the text on which they begin, from 1. Expressions see `max_chars` of the text: its beginning, and if nothing
-- matches there, the part after the first of `starts` behind it.
-- Measured: 65,000 characters 2.5 ms for each expression, 1.5 ms for a start; private.plain_text 6 ms, so that only
-- text with escapes, which may be inside words, goes through it first.
create function private.snippet_of(
  content text, patterns text[], letters text[], starts text[], max_chars integer, out parts text[], out line integer
)
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  chars constant integer := 240;
  searched text := left(content, max_chars);
  -- The text before it, unchanged.
  skipped integer := 0;
  starts_at integer;
  lead text;
  shown text;
begin
  if strpos(searched, e'\x1b') > 0 then
    searched := private.plain_text(searched);
  end if;
  starts_at := private.spot_of(searched, patterns, letters, chars);
  if starts_at is null and length(content) > max_chars then
    select nullif(strpos(lower(right(content, -max_chars) collate "C"), start), 0) into skipped
    from unnest(starts) as start
    where strpos(lower(right(content, -max_chars) collate "C"), start) > 0
    limit 1;
    skipped := greatest(max_chars + skipped - 100, 0);
    searched := private.plain_text(substr(content, skipped + 1, max_chars));
    starts_at := private.spot_of(searched, patterns, letters, chars);
  end if;
  if starts_at is null then
    parts := array[private.plain_text(left(content, chars))];
    line := 1;
    return;
  end if;
  -- Start at the line, else at a word, if one is near.
  lead := substr(searched, greatest(1, starts_at - 60), least(60, starts_at - 1));
  if strpos(lead, e'\n') > 0 then
    lead := regexp_replace(lead, '^.*\n', '');
  elsif starts_at > 61 then
    lead := regexp_replace(lead, '^\S*\s', '');
  end if;
  shown := lead || substr(searched, starts_at, chars - length(lead));
  if starts_at + chars - length(lead) <= length(searched) then
    shown := left(shown, length(lead) + 100) || regexp_replace(substr(shown, length(lead) + 101), '\s\S*$', '');
  end if;
  parts := string_to_array(
    regexp_replace(private.plain_text(shown), array_to_string(patterns, '|'), e'\x01\\&\x01', 'g'), e'\x01'
  );
  -- Not regexp_count, which takes 12 ms for 65,000 characters.
  lead := left(content, skipped) || left(searched, starts_at - 1 - length(lead));
  line := 1 + length(lead) - length(replace(lead, e'\n', ''));
end
$$;

-- The snippet of an event; the file name is a separate field. The line is the file's, known if the event has the whole
-- content, or the line that an error names.
create function private.snippet_of_event(
  event public.ai_stream_events, sought private.search_query, max_chars bigint, out parts text[], out line integer
)
language plpgsql stable
set search_path = ''
as $$
declare
  title text := case when event.type not in ('thought', 'code') then private.title_of(event.type, event.data) end;
  -- So that a page of hits reads a bounded number of pieces of thoughts.
  content text := private.whole_text_of(
    event.session_id, event.seq, event.type, event.data, greatest(200, least(4000, max_chars / 2))
  );
  snippet record;
begin
  content := concat_ws(e'\n', nullif(title, ''), nullif(content, ''));
  snippet := private.snippet_of(content, sought.patterns, sought.letters, sought.starts, max_chars::integer);
  parts := snippet.parts;
  line := snippet.line;
  line := case event.type
    when 'code' then case when event.data ? 'content' then line end
    -- Compare as JSON, so that the search survives any stored number.
    when 'error' then case
      when jsonb_typeof(event.data -> 'line') = 'number' and event.data -> 'line' between '0' and '2147483647'
      then (event.data -> 'line')::integer
    end
  end;
end
$$;

-- SearchHit of wire.ts.
create type public.search_hit as (
  session_id uuid,
  seq bigint,
  agent_id text,
  agent_name text,
  type text,
  at timestamptz,
  session_started_at timestamptz,
  thought_type text,
  filename text,
  line integer,
  command text,
  snippet text[],
  score real,
  cursor text
);

-- A cursor holds the place in the block where a page ended: five numbers, sealed and masked. It reveals nothing about
-- the number of documents, and only this database can make one: a cursor belongs to one search, and a wide block would
-- slow another. The seal is half a hash, so that nobody can extend the hashed text.
-- Masks all numbers but the first, which is a time; also removes the mask.
create function private.mask_numbers(key text, seal text, numbers bigint[]) returns bigint[]
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  mask text := encode(sha256(convert_to(key || ' mask ' || seal, 'UTF8')), 'hex');
begin
  return array[
    numbers[1],
    numbers[2] # ('x' || substr(mask, 1, 16))::bit(64)::bigint,
    numbers[3] # ('x' || substr(mask, 17, 16))::bit(64)::bigint,
    numbers[4] # ('x' || substr(mask, 33, 16))::bit(64)::bigint,
    numbers[5] # ('x' || substr(mask, 49, 16))::bit(64)::bigint
  ];
end
$$;

create function private.cursor_of(key text, search text, numbers bigint[]) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  seal text := left(encode(sha256(convert_to(key || ' seal ' || numbers::text || ' ' || search, 'UTF8')), 'hex'), 32);
begin
  numbers := private.mask_numbers(key, seal, numbers);
  return seal || encode(
    int8send(numbers[1]) || int8send(numbers[2]) || int8send(numbers[3]) || int8send(numbers[4]) || int8send(numbers[5]), 'hex'
  );
end
$$;

-- The numbers of a cursor of this search; null if the text is not one.
create function private.read_cursor(key text, search text, page_cursor text) returns bigint[]
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  seal text := left(page_cursor, 32);
  numbers bigint[] := '{}'::bigint[];
begin
  if page_cursor !~ '^[0-9a-f]{112}$' then
    return null;
  end if;
  for n in 0..4 loop
    numbers := numbers || ('x' || substr(page_cursor, 33 + 16 * n, 16))::bit(64)::bigint;
  end loop;
  numbers := private.mask_numbers(key, seal, numbers);
  return case when private.cursor_of(key, search, numbers) = page_cursor then numbers end;
end
$$;

-- The numbers in a cursor: the time of the first page, `before` and `lower` of a block, and the score and place of a
-- row in it. Scores depend on nothing else and blocks follow each other, so pages neither repeat nor skip a row.
create function private.search_events(
  typed text, narrowed private.search_filter, of_type text, filename text, page_cursor text, max_rows integer
)
returns setof public.search_hit
language plpgsql stable security definer
set search_path = ''
set enable_seqscan = off
as $$
declare
  budget interval := private.duration_of('search_budget_ms');
  sought private.search_query;
  key text := private.secret_of('cursor_key');
  -- The search that a cursor belongs to.
  search text := jsonb_build_array(
    typed, narrowed.session_id, narrowed.agent_id, narrowed.from_at, narrowed.to_at, of_type, filename
  );
  numbers bigint[];
  expected real;
  block record;
  listed record;
  event public.ai_stream_events;
  snippet record;
  as_of_ms bigint := extract(epoch from now()) * 1000;
  -- Everything written so far.
  before bigint := (select case when p.is_called then p.last_value + 1 else 0 end from private.search_places p);
  floor bigint;
  after_score bigint;
  after_place bigint;
  shown integer := 0;
  -- Shared by the expressions of all snippets.
  room bigint := private.limit_of('search_snippet_chars');
begin
  narrowed.deadline := clock_timestamp() + budget;
  narrowed.give_up_at := narrowed.deadline + budget;
  if (typed ~ '\S') is not true then
    perform private.refuse(422, 'invalid_request', 'Cannot search: the query is empty.');
  end if;
  if octet_length(typed) > private.limit_of('search_query_bytes') then
    perform private.refuse(422, 'invalid_request', 'Cannot search: the query is longer than 512 bytes.');
  end if;
  if octet_length(filename) > private.limit_of('filename_bytes') then
    perform private.refuse(422, 'invalid_request', 'Cannot search: the file name is longer than 1,024 bytes.');
  end if;
  if page_cursor is not null then
    numbers := private.read_cursor(key, search, page_cursor);
    if numbers is null then
      perform private.refuse(422, 'invalid_request', 'Cannot search: the cursor does not come from this search.');
    end if;
  end if;
  -- Before any look-up of a word: its time would reveal hidden text.
  narrowed.is_hidden := false;
  if narrowed.session_id is not null then
    perform private.require_visible(narrowed.session_id);
    select s.visibility <> 'public' into narrowed.is_hidden
    from public.ai_agent_sessions s
    where s.id = narrowed.session_id;
  elsif narrowed.agent_id is not null then
    perform 1 from public.ai_agents a where a.agent_id = narrowed.agent_id and a.visibility = 'public';
    if not found then
      return;
    end if;
  end if;
  perform private.take_slots('search');
  sought := private.read_query(typed, narrowed.is_hidden);
  if sought.whole is null then
    return;
  end if;

  narrowed.tags := array_remove(array[
    private.tag_of('session', narrowed.session_id::text),
    private.tag_of('agent', narrowed.agent_id),
    private.tag_of('type', of_type),
    private.tag_of('file', trim(both '/' from lower(filename)))
  ], null);
  if narrowed.from_at is not null or narrowed.to_at is not null then
    narrowed.time_tags := private.time_tags(narrowed.from_at, narrowed.to_at);
  end if;
  expected := least(
    case when sought.indexed is null then 1 else sought.share end,
    private.share_of_tags(narrowed.tags, narrowed.time_tags)
  );
  max_rows := least(greatest(coalesce(max_rows, 20), 1), private.limit_of('search_page_rows'));
  if numbers is not null then
    as_of_ms := numbers[1];
    before := numbers[2];
    floor := numbers[3];
    after_score := numbers[4];
    after_place := numbers[5];
  end if;

  narrowed.as_of := to_timestamp(as_of_ms / 1000.0);
  -- A search reads a window to its end even if it turns out too wide: at most some 130,000 entries of its rarest word,
  -- 20 ms.
  narrowed.widest := (
    select max(level)
    from generate_series(0, 3) as level
    where level = 0 or expected * (1024 << (4 * level)) <= 131072
  );

  while before > 0 and shown < max_rows loop
    block := private.search_block(sought, narrowed, before, floor, max_rows - shown);
    for listed in
      select
        e as event, a.agent_id, a.name, s.started_at, ranked.score,
        private.cursor_of(key, search, array[as_of_ms, before, block.lower, ranked.score, ranked.place]) as cursor
      from (
        select m.*
        from unnest(block.matches) as m
        where after_score is null or (m.score, m.place) < (after_score, after_place)
        order by m.score desc, m.place desc
        limit case when block.lower is null then 0 else max_rows - shown end
      ) ranked
      join public.ai_stream_events e on e.session_id = ranked.session_id and e.seq = ranked.seq
      join public.ai_agent_sessions s on s.id = e.session_id
      join public.ai_agents a on a.agent_id = s.agent_id
      order by ranked.score desc, ranked.place desc
    loop
      event := listed.event;
      -- Long texts share the time that short ones leave. After that, a snippet is the beginning of its text.
      snippet := private.snippet_of_event(
        event, sought,
        case
          when clock_timestamp() > narrowed.give_up_at then 240
          else greatest(240, room / ((max_rows - shown) * greatest(1, cardinality(sought.patterns))))
        end
      );
      room := room - least(event.size_bytes, room / (max_rows - shown));
      shown := shown + 1;
      return next row(
        event.session_id, event.seq, listed.agent_id, listed.name, event.type, event.at, listed.started_at,
        case event.type when 'thought' then event.data ->> 'thought_type' end,
        case event.type when 'code' then event.data ->> 'filename' when 'error' then event.data ->> 'file' end,
        snippet.line,
        case event.type when 'terminal' then left(private.plain_text(event.data ->> 'command'), 240) end,
        snippet.parts, listed.score / 1099511627776.0, listed.cursor
      )::public.search_hit;
    end loop;
    if block.lower is null or clock_timestamp() > narrowed.deadline and block.lower > 0 then
      exit when shown > 0;
      perform private.refuse(
        503, 'unavailable', 'Cannot finish the search in time: narrow it by agent, session, type, file or time.'
      );
    end if;
    before := block.lower;
    floor := null;
    after_score := null;
  end loop;
end
$$;
grant execute on function private.search_events(text, private.search_filter, text, text, text, integer)
  to anon, authenticated, service_role;

-- Events of public sessions, or of one named session, that match the text: all words, "phrases", -not, prefix*.
-- `filename` is a path or its end. Returns SearchHits, the best of the newest first; pass the cursor of a row to get
-- the rows after it in the same search. At most 100. Refuses: invalid_request, session_not_found, unavailable.
create function public.search_events(
  query text,
  agent_id text default null,
  session_id uuid default null,
  type text default null,
  filename text default null,
  from_at timestamptz default null,
  to_at timestamptz default null,
  cursor text default null,
  max_rows integer default 20
)
returns json
language sql stable
set search_path = ''
as $$
select coalesce(json_agg(hit), '[]')
from private.search_events(
  query, row(session_id, agent_id, from_at, to_at, null, null, null, null, null, null, null)::private.search_filter, type, filename, cursor,
  max_rows
) hit
$$;
grant execute on function public.search_events(
  text, text, uuid, text, text, timestamptz, timestamptz, text, integer
) to anon, authenticated, service_role;
