-- What can be found: one document for each event that says something, written in the transaction that appends it. Kept
-- apart from the events, whose rows viewers read as they are.
-- A search reads documents in windows of `place`, the newest first (see private.window_tag): one GIN index holds
-- the words and the tags, and walks both lists from meeting to meeting, so that a window costs what is found in it.
-- Measured on two busy cores, Postgres 17, events of 250 bytes, a million documents there: a batch of 50 takes 13 ms of
-- the database's time instead of 5, half of it for making the words; durable ingest over HTTP keeps 0.55 to 0.73 of its
-- pace. A million events of 30 words take 1 GB, of which the index is 140 MB.

create sequence private.search_places;

-- Documents of sessions that are not public lie apart, with an index and statistics of their own: neither the time of
-- anyone's search nor the way it takes tells whether a word stands in one of them.
create table private.search_documents (
  session_id uuid not null,
  seq bigint not null,
  -- Of all documents, in the order in which they were written; gaps are harmless.
  place bigint not null,
  at timestamptz not null,
  -- What a search can be narrowed by, as numbers: see the functions below.
  tags bigint[] not null,
  words tsvector not null,
  is_hidden boolean not null,
  -- Serves the removal of documents with their events, and their way to the other partition.
  primary key (session_id, seq, is_hidden)
) partition by list (is_hidden);
create table private.search_documents_open partition of private.search_documents for values in (false);
create table private.search_documents_hidden partition of private.search_documents for values in (true);

alter table private.search_documents enable row level security;
alter table private.search_documents_open enable row level security;
alter table private.search_documents_hidden enable row level security;
create policy "nobody" on private.search_documents for all using (false);
create policy "nobody" on private.search_documents_open for all using (false);
create policy "nobody" on private.search_documents_hidden for all using (false);

-- A name of something as a tag.
create function private.tag_of(kind text, name text) returns bigint
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return hashtextextended(kind || ' ' || name, 0);
end
$$;

-- The windows that hold a place: of 1,024 documents, then 16 times as many in each.
create function private.window_tag(level integer, place bigint) returns bigint
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return (level::bigint << 56) | (place >> (10 + 4 * level));
end
$$;

-- A file is found by its name, and by any number of the folders before it: b.ts, a/b.ts, src/a/b.ts.
create function private.filename_tags(filename text) returns bigint[]
language sql immutable strict parallel safe
set search_path = ''
as $$
select array(
  select private.tag_of('file', array_to_string(segments[first:], '/'))
  from string_to_array(trim(both '/' from lower(filename)), '/') as segments,
    generate_series(greatest(1, cardinality(segments) - 7), cardinality(segments)) as first
)
$$;

-- What an event is about, where it says so.
create function private.title_of(type text, data jsonb) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  return case type
    when 'code' then concat_ws(' ', data ->> 'filename', data ->> 'old_filename')
    when 'terminal' then data ->> 'command'
    when 'task' then data ->> 'title'
    when 'goal' then data ->> 'title'
    when 'milestone' then data ->> 'label'
    when 'error' then data ->> 'message'
    when 'preview' then data ->> 'url'
  end;
end
$$;

-- What an event says. Of edits, first what they put in.
create function private.text_of(type text, data jsonb) returns text
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  case type
    when 'thought' then
      return data ->> 'content';
    when 'terminal' then
      return data ->> 'text';
    when 'code' then
      return coalesce(data ->> 'content', (
        select concat_ws(
          e'\n', string_agg(edit ->> 'new_text', e'\n'), string_agg(hunk.added, e'\n'),
          string_agg(edit ->> 'old_text', e'\n'), string_agg(hunk.removed, e'\n')
        )
        from jsonb_array_elements(data -> 'edits') as edit,
          lateral (
            select
              (select string_agg(line, e'\n') from jsonb_array_elements_text(edit -> 'added') as line) as added,
              (select string_agg(line, e'\n') from jsonb_array_elements_text(edit -> 'removed') as line) as removed
          ) hunk
      ));
    when 'task', 'goal' then
      return data ->> 'description';
    when 'error' then
      return concat_ws(e'\n', data ->> 'file', data ->> 'stack', data ->> 'recovery_strategy');
    else
      return null;
  end case;
end
$$;

-- Serves the collecting of a streamed thought once it is done.
create index ai_stream_events_by_stream on public.ai_stream_events (session_id, (data ->> 'stream_id'), seq)
  where (data ->> 'stream_id') is not null;

-- The first `search_text_chars` of an event's text; of the last piece of a streamed thought, of the whole thought.
create function private.whole_text_of(of_session uuid, to_seq bigint, type text, data jsonb) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  max_chars integer := private.limit_of('search_text_chars');
  room integer := max_chars;
  piece text;
  pieces text[] := '{}';
begin
  if type <> 'thought' or (data ->> 'done' = 'true' and data ? 'stream_id') is not true then
    return left(private.text_of(type, data), max_chars);
  end if;
  -- No further than needed: a thought may have any number of pieces, and any number of ends.
  for piece in
    select e.data ->> 'content'
    from public.ai_stream_events e
    where e.session_id = of_session
      and e.data ->> 'stream_id' = whole_text_of.data ->> 'stream_id'
      and e.seq <= to_seq
    order by e.seq
  loop
    pieces := pieces || piece;
    room := room - greatest(length(piece), 1);
    exit when room <= 0;
  end loop;
  return left(array_to_string(pieces, ''), max_chars);
end
$$;

-- What an event is found by; null if that is nothing.
create function private.words_of_event(title text, content text) returns tsvector
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  words tsvector := private.words_of(private.plain_text(content));
begin
  if coalesce(title, '') = '' then
    return nullif(words, '');
  end if;
  return nullif(setweight(private.words_of(private.plain_text(title)), 'A') || coalesce(words, ''), '');
end
$$;

-- How many bytes each of these sizes may have so that they make no more than `room`: what small ones leave is for the
-- large ones.
create function private.share_of_room(sizes integer[], room bigint) returns bigint
language sql immutable strict parallel safe
set search_path = ''
as $$
select case
  when sum(size) <= room then room
  else (room - coalesce(sum(size) filter (where size <= fair), 0)) / count(*) filter (where size > fair)
end
from unnest(sizes) as size, (select room / greatest(cardinality(sizes), 1)) as one (fair)
$$;

-- All tags of a document: the windows and the stretches of 1, 8, 64 and 512 days that it lies in, and what it is of.
-- The same expressions as above and in private.time_tags: as functions they took 0.2 ms.
create function private.tags_of_event(
  place bigint, session_id uuid, agent_id text, type text, at timestamptz, filename text
)
returns bigint[]
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  day bigint := floor(extract(epoch from at) / 86400);
  tags bigint[] := array[
    place >> 10,
    (1::bigint << 56) | (place >> 14),
    (2::bigint << 56) | (place >> 18),
    (3::bigint << 56) | (place >> 22),
    (1::bigint << 40) | day,
    (8::bigint << 40) | (day / 8),
    (64::bigint << 40) | (day / 64),
    (512::bigint << 40) | (day / 512),
    hashtextextended('agent ' || agent_id, 0),
    hashtextextended('session ' || session_id, 0),
    hashtextextended('type ' || type, 0)
  ];
begin
  return case when filename is null then tags else tags || private.filename_tags(filename) end;
end
$$;

-- Making words of 64 KB takes 75 to 170 ms on busy cores: four megabytes of them took the append beyond the 8 s that
-- Supabase gives a statement, and so each time it was sent again. Of a batch with more than `search_batch_bytes`, the
-- long texts are found by their beginnings.
create function private.write_documents() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  ended record;
  before_seq bigint;
begin
  -- Materialized, or Postgres would make the words twice: for the condition and for the row.
  with event as (
    select
      a.*,
      max(a.seq) filter (where a.data ->> 'done' = 'true')
        over (partition by a.session_id, a.data ->> 'stream_id') as done_seq
    from added a
    where a.type not in ('status', 'usage')
  ),
  said as materialized (
    select
      e.session_id, e.seq, e.type, e.at,
      case when e.type = 'code' then e.data ->> 'filename' end as filename,
      private.title_of(e.type, e.data) as title,
      private.whole_text_of(e.session_id, e.seq, e.type, e.data) as content
    from event e
    -- A streamed thought is found in its pieces until it is done, then as a whole.
    where not e.data ? 'stream_id' or e.done_seq is null or e.seq >= e.done_seq
  ),
  share as (
    select private.share_of_room(array_agg(octet_length(said.content)), private.limit_of('search_batch_bytes')) as bytes
    from said
    where said.content <> ''
  ),
  worded as materialized (
    select
      said.*,
      private.words_of_event(
        said.title,
        case
          when octet_length(said.content) <= share.bytes then said.content
          else left(said.content, (share.bytes * length(said.content) / octet_length(said.content))::integer)
        end
      ) as words
    from said, share
  ),
  placed as materialized (
    select worded.*, nextval('private.search_places') as place
    from worded
    where worded.words is not null
  )
  insert into private.search_documents (session_id, seq, place, at, tags, words, is_hidden)
  select
    placed.session_id, placed.seq, placed.place, placed.at,
    private.tags_of_event(
      -- A clock that runs ahead is found by the day on which the event came.
      placed.place, placed.session_id, s.agent_id, placed.type, least(placed.at, now() + interval '1 day'),
      placed.filename
    ),
    placed.words,
    s.visibility <> 'public'
  from placed
  join public.ai_agent_sessions s on s.id = placed.session_id;

  -- One by one and by key: as a join, planned while the tables were empty, it took minutes when they no longer were.
  for ended in
    select a.session_id, a.data ->> 'stream_id' as stream_id, max(a.seq) as seq
    from added a
    where a.data ->> 'done' = 'true' and a.data ? 'stream_id'
    group by 1, 2
  loop
    -- Back to the end before, if there was one: what stands before that one went with it.
    select e.seq into before_seq
    from public.ai_stream_events e
    where e.session_id = ended.session_id
      and e.data ->> 'stream_id' = ended.stream_id
      and e.seq < ended.seq
      and e.data ->> 'done' = 'true'
    order by e.seq desc
    limit 1;
    delete from private.search_documents d
    where d.session_id = ended.session_id
      and d.seq = any (array(
        select e.seq
        from public.ai_stream_events e
        where e.session_id = ended.session_id
          and e.data ->> 'stream_id' = ended.stream_id
          and e.seq >= coalesce(before_seq, 0)
          and e.seq < ended.seq
      ));
  end loop;
  return null;
end
$$;

-- Of thoughts with changed pieces, the end is written anew and has the only document.
create function private.rewrite_thoughts() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  with done as (
    select e.session_id, e.data ->> 'stream_id' as stream_id, max(e.seq) as seq
    from public.ai_stream_events e
    where e.data ->> 'done' = 'true'
      and (e.session_id, e.data ->> 'stream_id') in (select a.session_id, a.data ->> 'stream_id' from added a)
    group by 1, 2
  ),
  gone as (
    delete from private.search_documents d
    using done, public.ai_stream_events piece
    where piece.session_id = done.session_id
      and piece.data ->> 'stream_id' = done.stream_id
      and piece.seq < done.seq
      and d.session_id = piece.session_id
      and d.seq = piece.seq
  )
  update private.search_documents d
  set words = coalesce(
    private.words_of_event(null, private.whole_text_of(e.session_id, e.seq, e.type, e.data)), ''
  )
  from done
  join public.ai_stream_events e on e.session_id = done.session_id and e.seq = done.seq
  where d.session_id = e.session_id and d.seq = e.seq;
  return null;
end
$$;

create function private.remove_documents() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  delete from private.search_documents d
  using removed
  where d.session_id = removed.session_id and d.seq = removed.seq;
  return null;
end
$$;

-- A statement at a time: the batch is the primitive. Events don't change, unless an owner takes a secret out of one.
create trigger write_documents after insert on public.ai_stream_events
  referencing new table as added
  for each statement execute function private.write_documents();
create trigger remove_documents after delete on public.ai_stream_events
  referencing old table as removed
  for each statement execute function private.remove_documents();
create trigger remove_old_documents after update on public.ai_stream_events
  referencing old table as removed
  for each statement execute function private.remove_documents();
create trigger write_new_documents after update on public.ai_stream_events
  referencing new table as added
  for each statement execute function private.write_documents();
-- By their names, the three go in this order.
create trigger write_whole_thoughts after update on public.ai_stream_events
  referencing new table as added
  for each statement execute function private.rewrite_thoughts();

-- Sessions that became public or ceased to be, and whose documents are not all where they belong. Until they are, the
-- filter of search_window keeps them out.
create table private.moved_sessions (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade
);

alter table private.moved_sessions enable row level security;
create policy "nobody" on private.moved_sessions for all using (false);

-- Moves at most so many documents. The session's lock keeps it from being deleted meanwhile; one that somebody else has
-- is left for later, so that nobody waits here.
create function private.move_documents(max_documents integer) returns void
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  moved record;
  row_count integer;
begin
  for moved in
    select m.session_id, s.visibility <> 'public' as is_hidden
    from private.moved_sessions m
    join public.ai_agent_sessions s on s.id = m.session_id
    limit 1000
    for no key update skip locked
  loop
    update private.search_documents d
    set is_hidden = moved.is_hidden
    where d.session_id = moved.session_id
      and d.is_hidden <> moved.is_hidden
      and d.seq = any (array(
        select misplaced.seq
        from private.search_documents misplaced
        where misplaced.session_id = moved.session_id and misplaced.is_hidden <> moved.is_hidden
        limit max_documents
      ));
    get diagnostics row_count = row_count;
    max_documents := max_documents - row_count;
    exit when max_documents <= 0;
    delete from private.moved_sessions m where m.session_id = moved.session_id;
  end loop;
end
$$;

create function private.note_moved_session() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.moved_sessions (session_id) values (new.id) on conflict do nothing;
  return null;
end
$$;
create trigger note_moved_session after update of visibility on public.ai_agent_sessions
  for each row when ((old.visibility = 'public') <> (new.visibility = 'public'))
  execute function private.note_moved_session();

-- The first thousands at once, the others with appends: a document takes 0.1 ms, and an agent may have millions.
create function private.move_some_documents() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.move_documents(tg_argv[0]::integer);
  return null;
end
$$;
create trigger move_some_documents after update of visibility on public.ai_agent_sessions
  for each statement execute function private.move_some_documents(5000);
create trigger move_some_documents after insert on public.ai_stream_events
  for each statement when (random() < 0.05)
  execute function private.move_some_documents(200);

-- What was there before the search was.
update public.ai_stream_events set id = id where true;

-- Serves search_events, and nothing but it reads the table. New documents wait in a list, which is read to its end for
-- each window and which the append that fills it moves into the index. Without the list an append takes five times as
-- long; one of 1 MB spared appends nothing more and cost each window 3 ms. Tags come first: where a window holds nothing
-- of the time that is asked for, words are not looked up, and it takes half as long.
create index search_documents_by_word on private.search_documents using gin (tags, words) with (fastupdate = on, gin_pending_list_limit = 256);
