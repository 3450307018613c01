-- The search's documents: one for each event that has text, written in the transaction that appends it. They are apart
-- from the events, whose rows viewers read unchanged.
-- A search reads documents in windows of `place`, newest first (see private.window_tag). One GIN index holds the words
-- and the tags and intersects their lists, so the cost of a window follows its hits.
-- Measured on two busy cores, Postgres 17, events of 250 bytes, a million documents there: a batch of 50 takes 13 ms
-- of the database's time instead of 5, half of it for making the words; durable ingest over HTTP keeps 0.55 to 0.73 of
-- its pace. A million events of 30 words take 1 GB, of which the index is 140 MB.

create sequence private.search_places;

-- Documents of sessions that are not public are in their own partition, with its own index and statistics, so that
-- neither the time nor the plan of anyone's search reveals whether one of them contains a word.
create table private.search_documents (
  session_id uuid not null,
  seq bigint not null,
  -- Position among all documents, in the order of writing; gaps are harmless.
  place bigint not null,
  at timestamptz not null,
  -- The filters of a search, as numbers: see the functions below.
  tags bigint[] not null,
  words tsvector not null,
  is_hidden boolean not null,
  -- Serves the removal of documents with their events, and their move to the other partition.
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

-- Turns a name into a tag.
create function private.tag_of(kind text, name text) returns bigint
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return hashtextextended(kind || ' ' || name, 0);
end
$$;

-- The windows that contain a place: of 1,024 documents, then 16 times as many in each.
create function private.window_tag(level integer, place bigint) returns bigint
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return (level::bigint << 56) | (place >> (10 + 4 * level));
end
$$;

-- A file's tags: its name, and its path from any folder: b.ts, a/b.ts, src/a/b.ts.
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

-- Serves the reading of a streamed thought once it is done.
create index ai_stream_events_by_stream on public.ai_stream_events (session_id, (data ->> 'stream_id'), seq)
  where (data ->> 'stream_id') is not null;

-- The first `search_text_chars` of an event's text; for a piece that ends a streamed thought, of the thought's first
-- `max_pieces` pieces. Each costs 1 to 2 µs, and an agent may end a thought of 60,000 pieces again and again.
create function private.whole_text_of(
  of_session uuid, to_seq bigint, type text, data jsonb, max_pieces bigint default 4000
)
returns text
language plpgsql stable
set search_path = ''
as $$
declare
  max_chars integer := private.limit_of('search_text_chars');
  room integer := max_chars;
  piece text;
  pieces text[] := '{}'::text[];
begin
  if type <> 'thought' or (data ->> 'done' = 'true' and data ? 'stream_id') is not true then
    return left(private.text_of(type, data), max_chars);
  end if;
  -- Reads only as many pieces as it needs: a thought may have any number of pieces, and any number of ends.
  for piece in
    select e.data ->> 'content'
    from public.ai_stream_events e
    where e.session_id = of_session
      and e.data ->> 'stream_id' = whole_text_of.data ->> 'stream_id'
      and e.seq <= to_seq
    order by e.seq
    limit max_pieces
  loop
    pieces := pieces || piece;
    room := room - greatest(length(piece), 1);
    exit when room <= 0;
  end loop;
  return left(array_to_string(pieces, ''), max_chars);
end
$$;

-- The searchable text of an event; null if there is none.
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

-- The bytes that each of these sizes may have so that all fit into `room`: large ones share what small ones leave.
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

-- All tags of a document: its windows, its stretches of 1, 8, 64 and 512 days, and its filters. Repeats the
-- expressions above and in private.time_tags: as function calls they took 0.2 ms.
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

-- Making words of 64 KB takes 75 to 170 ms on busy cores. Four megabytes of them took the append beyond Supabase's
-- statement timeout of 8 s, at every retry. In a batch with more than `search_batch_bytes`, the search knows only the
-- beginnings of long texts.
create function private.write_documents() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  ended record;
  before_seq bigint;
begin
  -- Materialized: otherwise Postgres makes the words twice, for the condition and for the row.
  with event as (
    select
      a.*,
      max(a.seq) filter (where a.data ->> 'done' = 'true')
        over (partition by a.session_id, a.data ->> 'stream_id') as done_seq
    from added a
    where a.type = any (private.searched_types())
  ),
  said as materialized (
    select
      e.session_id, e.seq, e.type, e.at,
      case when e.type = 'code' then e.data ->> 'filename' end as filename,
      private.title_of(e.type, e.data) as title,
      -- The thoughts that end in this batch share the pieces.
      private.whole_text_of(
        e.session_id, e.seq, e.type, e.data,
        4000 / greatest(1, count(*) filter (where e.seq = e.done_seq) over ())
      ) as content
    from event e
    -- The search finds a streamed thought by its pieces until it is done, then as a whole.
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
      -- If the client's clock runs ahead, use the day of arrival.
      placed.place, placed.session_id, s.agent_id, placed.type, least(placed.at, now() + interval '1 day'),
      placed.filename
    ),
    placed.words,
    s.visibility <> 'public'
  from placed
  join public.ai_agent_sessions s on s.id = placed.session_id;

  -- One by one and by key: as a join, planned while the tables were empty, this took minutes once they were full.
  for ended in
    select a.session_id, a.data ->> 'stream_id' as stream_id, max(a.seq) as seq
    from added a
    where a.data ->> 'done' = 'true' and a.data ? 'stream_id'
    group by 1, 2
  loop
    -- Only back to the previous end, which has removed the documents of the pieces before it.
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

-- Rewrites the only document of a thought with changed pieces, at its end.
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

-- Per statement, because the batch is the primitive. Events change only when an owner removes a secret from one.
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
-- Their names put each after the removal.
create trigger write_whole_thoughts after update on public.ai_stream_events
  referencing new table as added
  for each statement execute function private.rewrite_thoughts();
create trigger write_shorter_thoughts after delete on public.ai_stream_events
  referencing old table as added
  for each statement execute function private.rewrite_thoughts();

-- Sessions whose visibility changed and whose documents are not all in the right partition yet. Until they are, the
-- filter of search_window hides them.
create table private.moved_sessions (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade
);

alter table private.moved_sessions enable row level security;
create policy "nobody" on private.moved_sessions for all using (false);

-- Moves at most max_documents documents. The session's lock keeps it from being deleted meanwhile. If another
-- transaction holds that lock, the session waits for a later call, so that nobody waits here.
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

-- Moves the first thousands at once and the rest with later appends: a document takes 0.1 ms, and an agent may have
-- millions.
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

-- Serves search_events, the only reader of the table. New documents wait in a pending list. Each window reads that
-- list to its end, and the append that fills it moves it into the index. Without the list an append takes five times
-- as long; a list of 1 MB saved appends nothing more and cost each window 3 ms. Tags come first: a window without
-- documents in the wanted time looks up no words and takes half as long.
create index search_documents_by_word on private.search_documents using gin (tags, words) with (fastupdate = on, gin_pending_list_limit = 256);
