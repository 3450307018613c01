-- Counts: triggers add each batch to a few rows per session, in the batch's own transaction, so that no figure needs
-- to read events. They count inserted rows only, so a duplicate counts nothing.
-- Time is the viewers': the greatest `at` of the session so far, which never runs backwards. Nothing here may refuse
-- an event that the table accepts: sums are numeric or far from their limits.
-- A session's rows are written under its row lock (invariant 2), watched_minutes under session_air's: no new waits.
-- Triggers: count_inserted_events on ai_stream_events, count_inserted_messages on ai_stream_messages, count_watching
-- on session_air.
-- Measured on two shared cores, Postgres 17, without the commit: an append of 1 event takes 0.2 ms more, of 50
-- thoughts 0.3 ms, of 50 of which ten change files 0.8 ms; through the whole stack up to 10 % more processor time.
-- Counts are rows by type, so that a new type needs no column. A column for each type counted 1 event in 0.17 to
-- 0.25 ms instead of 0.21, 50 events of four types in 0.36 to 0.45 instead of 0.51 and 500 in 2.1 instead of 4.3;
-- 200,000 minutes took 68 MB instead of 108.

-- The state of a session's counting.
create table private.session_clocks (
  session_id uuid primary key references public.ai_agent_sessions on delete cascade,
  first_at timestamptz not null,
  last_at timestamptz not null,
  -- The status of the last status event.
  status text not null default 'starting',
  -- Errors without a success after them.
  open_errors bigint not null default 0,
  constraint status_known check (status = any (private.statuses()))
) with (fillfactor = 70);

-- Events of one minute by type; a streamed thought counts when it is done, as in a head.
create table private.session_minutes (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  minute timestamptz not null,
  type text not null,
  -- The first event of the type in the minute, so that links can point to it.
  first_seq bigint not null,
  -- 0 for pieces of a thought alone.
  count bigint not null,
  -- Serves session_stats.
  primary key (session_id, minute, type),
  constraint type_known check (type = any (private.event_types()))
) with (fillfactor = 70);

-- Events of one day (UTC) by type.
create table private.session_day_counts (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  -- The session's. No foreign key: its check would lock the agent after the session.
  agent_id text not null,
  day date not null,
  type text not null,
  count bigint not null,
  constraint agent_id_size check (octet_length(agent_id) <= 63),
  -- Serves session_stats, and the recent sessions of agent_stats.
  primary key (session_id, day, type),
  constraint type_known check (type = any (private.event_types()))
) with (fillfactor = 70);

-- All other sums, by session and day (UTC).
create table private.session_days (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  -- The session's. No foreign key: its check would lock the agent after the session.
  agent_id text not null,
  day date not null,
  thinking interval not null default '0',
  working interval not null default '0',
  waiting interval not null default '0',
  -- Files touched for the first time in the session.
  files bigint not null default 0,
  lines_added bigint not null default 0,
  lines_removed bigint not null default 0,
  commands bigint not null default 0,
  commands_failed bigint not null default 0,
  errors_recovered bigint not null default 0,
  input_tokens numeric not null default 0,
  output_tokens numeric not null default 0,
  cost_usd numeric not null default 0,
  viewer_messages bigint not null default 0,
  agent_messages bigint not null default 0,
  constraint agent_id_size check (octet_length(agent_id) <= 63),
  -- Serves session_stats.
  primary key (session_id, day)
) with (fillfactor = 70);

-- Serves agent_stats. Unique, since the session is.
create unique index session_days_by_agent on private.session_days (agent_id, day, session_id);

-- Serves agent_stats. Unique, since the session is.
create unique index session_day_counts_by_agent on private.session_day_counts (agent_id, day, session_id, type);

-- The length of a session's file, as its events show it: a file never sent whole counts from zero.
create table private.session_files (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  filename text not null,
  lines bigint not null,
  -- Serves the counting of the next change.
  primary key (session_id, filename),
  constraint filename_size check (octet_length(filename) between 1 and private.limit_of('filename_bytes'))
) with (fillfactor = 70);

-- The most simultaneous viewers in a minute of the session.
create table private.watched_minutes (
  session_id uuid not null references public.ai_agent_sessions on delete cascade,
  minute timestamptz not null,
  viewers integer not null,
  -- Serves session_stats and agent_stats.
  primary key (session_id, minute)
) with (fillfactor = 70);

alter table private.session_clocks enable row level security;
alter table private.session_minutes enable row level security;
alter table private.session_days enable row level security;
alter table private.session_day_counts enable row level security;
alter table private.session_files enable row level security;
alter table private.watched_minutes enable row level security;
create policy "nobody" on private.session_clocks for all using (false);
create policy "nobody" on private.session_minutes for all using (false);
create policy "nobody" on private.session_days for all using (false);
create policy "nobody" on private.session_day_counts for all using (false);
create policy "nobody" on private.session_files for all using (false);
create policy "nobody" on private.watched_minutes for all using (false);

create function private.day_of(at timestamptz) returns date
language sql immutable strict parallel safe
set search_path = ''
as $$ select (at at time zone 'UTC')::date $$;

-- The last line counts with or without its line feed.
create function private.lines_of(content text) returns text[]
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return string_to_array(case when right(content, 1) = E'\n' then left(content, -1) else content end, E'\n');
end
$$;

-- The number of lines in a whole file.
create function private.count_lines(content text) returns bigint
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return octet_length(content) - octet_length(replace(content, E'\n', ''))
    + case when content = '' or right(content, 1) = E'\n' then 0 else 1 end;
end
$$;

-- Changed lines in a list of CodeEdit: those of a hunk; for a replacement, from the first line that differs to the
-- last, because agents quote the lines around a change.
create function private.count_edits(edits jsonb, out added bigint, out removed bigint)
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  edit jsonb;
  old_lines text[];
  new_lines text[];
  old_count integer;
  new_count integer;
  same integer;
begin
  added := 0;
  removed := 0;
  for edit in select * from jsonb_array_elements(edits) loop
    if edit ? 'start' then
      added := added + jsonb_array_length(edit -> 'added');
      removed := removed + jsonb_array_length(edit -> 'removed');
      continue;
    end if;
    old_lines := private.lines_of(edit ->> 'old_text');
    new_lines := private.lines_of(edit ->> 'new_text');
    old_count := cardinality(old_lines);
    new_count := cardinality(new_lines);
    same := 1;
    while same <= old_count and same <= new_count and old_lines[same] = new_lines[same] loop
      same := same + 1;
    end loop;
    while old_count >= same and new_count >= same and old_lines[old_count] = new_lines[new_count] loop
      old_count := old_count - 1;
      new_count := new_count - 1;
    end loop;
    added := added + new_count - same + 1;
    removed := removed + old_count - same + 1;
  end loop;
end
$$;

-- Adds a session's CodeData, in the order of seq, to the day. A whole content counts the difference in length: the
-- least that can have changed, because the old content is not read again. A renamed file stays the same file. Each
-- file is read once and written once: a row that is updated many times in a transaction gets slower each time.
create function private.count_code(inout day private.session_days, changes jsonb[])
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
declare
  -- Lines by filename; null for a file that now has another name.
  files jsonb;
  change jsonb;
  name text;
  is_known boolean;
  before bigint;
  after bigint;
  edited record;
  has_renamed boolean := false;
begin
  select coalesce(jsonb_object_agg(f.filename, f.lines), '{}') into files
  from private.session_files f
  where f.session_id = day.session_id and f.filename = any (array(
    select named.filename from unnest(changes) c, unnest(array[c ->> 'filename', c ->> 'old_filename']) named (filename)
  ));

  foreach change in array changes loop
    name := coalesce(change ->> 'old_filename', change ->> 'filename');
    is_known := files ->> name is not null;
    before := coalesce((files ->> name)::bigint, 0);
    if not is_known then
      day.files := day.files + 1;
    end if;

    if change ? 'edits' then
      edited := private.count_edits(change -> 'edits');
      day.lines_added := day.lines_added + edited.added;
      day.lines_removed := day.lines_removed + edited.removed;
      after := greatest(before + edited.added - edited.removed, 0);
    else
      after := case change ->> 'action'
        when 'rename' then before
        when 'delete' then 0
        else private.count_lines(change ->> 'content')
      end;
      day.lines_added := day.lines_added + greatest(after - before, 0);
      day.lines_removed := day.lines_removed + greatest(before - after, 0);
    end if;

    if is_known and change ->> 'action' = 'rename' then
      files := files || jsonb_build_object(name, null);
      has_renamed := true;
    end if;
    files := files || jsonb_build_object(change ->> 'filename', after);
  end loop;

  insert into private.session_files as f (session_id, filename, lines)
  select day.session_id, file.key, file.value::bigint
  from jsonb_each_text(files) file
  where file.value is not null
  on conflict (session_id, filename) do update set lines = excluded.lines
  where f.lines <> excluded.lines;
  if has_renamed then
    delete from private.session_files f
    where f.session_id = day.session_id and f.filename = any (array(
      select file.key from jsonb_each_text(files) file where file.value is null
    ));
  end if;
end
$$;

-- Adds one to the type's count of the event's minute and day for each event, or nothing where weights say 0.
-- plpgsql, whose plans are kept: as `language sql` this and add_day took longer to plan than all the counting.
create function private.add_counts(
  of_session uuid, of_agent text, minutes timestamptz[], types text[], seqs bigint[], weights integer[]
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.session_minutes as t (session_id, minute, type, first_seq, count)
  select of_session, event.minute, event.type, min(event.seq), sum(event.weight)
  from unnest(minutes, types, seqs, weights) as event (minute, type, seq, weight)
  group by event.minute, event.type
  on conflict (session_id, minute, type) do update set count = t.count + excluded.count;

  insert into private.session_day_counts as t (session_id, agent_id, day, type, count)
  select of_session, of_agent, (event.minute at time zone 'UTC')::date, event.type, sum(event.weight)
  from unnest(minutes, types, weights) as event (minute, type, weight)
  where event.weight > 0
  group by 3, 4
  on conflict (session_id, day, type) do update set count = t.count + excluded.count;
end
$$;

create function private.add_day(sums private.session_days) returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into private.session_days as t
  select sums.*
  on conflict (session_id, day) do update
  set
    thinking = t.thinking + excluded.thinking,
    working = t.working + excluded.working,
    waiting = t.waiting + excluded.waiting,
    files = t.files + excluded.files,
    lines_added = t.lines_added + excluded.lines_added,
    lines_removed = t.lines_removed + excluded.lines_removed,
    commands = t.commands + excluded.commands,
    commands_failed = t.commands_failed + excluded.commands_failed,
    errors_recovered = t.errors_recovered + excluded.errors_recovered,
    input_tokens = t.input_tokens + excluded.input_tokens,
    output_tokens = t.output_tokens + excluded.output_tokens,
    cost_usd = t.cost_usd + excluded.cost_usd,
    viewer_messages = t.viewer_messages + excluded.viewer_messages,
    agent_messages = t.agent_messages + excluded.agent_messages;
end
$$;

-- The fields of an event that counting needs.
create type private.counted_event as (seq bigint, type text, at timestamptz, data jsonb);

-- Adds new events of one session, given in the order of seq. The time from one event to the next is one of three:
--   waiting   the status before it is waiting or paused;
--   thinking  that status is thinking, or the next event is a thought, which took that time;
--   working   else; nothing after done or offline.
-- It adds at most session_idle_ms, after which a session is not live. Figures cover the 366 days after the first event;
-- later events count on the last of them, because each day and minute takes rows and an agent may send any `at`. An
-- error counts as recovered when a command succeeds, a milestone is completed or the session is done after it.
create function private.count_events(of_session uuid, events private.counted_event[]) returns void
language plpgsql
set search_path = ''
-- Otherwise Postgres would keep the plans while the tables grow.
set enable_seqscan = off
as $$
declare
  clock private.session_clocks;
  agent text;
  minute timestamptz;
  day private.session_days;
  event private.counted_event;
  gap interval;
  is_success boolean;
  weight integer;
  changes jsonb[] := '{}'::jsonb[];
  -- Of each event.
  minutes timestamptz[] := '{}'::timestamptz[];
  types text[] := '{}'::text[];
  seqs bigint[] := '{}'::bigint[];
  weights integer[] := '{}'::integer[];
  idle interval := private.time_of('session_idle_ms');
  at_time timestamptz;
begin
  select s.agent_id into agent from public.ai_agent_sessions s where s.id = of_session;
  select c.* into clock from private.session_clocks c where c.session_id = of_session;
  if not found then
    clock := (of_session, events[1].at, events[1].at, 'starting', 0);
  end if;

  foreach event in array events loop
    at_time := least(event.at, clock.first_at + interval '366 days');
    gap := least(greatest(at_time - clock.last_at, '0'), idle);
    clock.last_at := greatest(clock.last_at, at_time);
    if minute is null or clock.last_at >= minute + interval '1 minute' then
      minute := date_trunc('minute', clock.last_at, 'UTC');
      if day.day is distinct from (clock.last_at at time zone 'UTC')::date then
        if day.day is not null then
          perform private.add_day(private.count_code(day, changes));
          changes := '{}';
        end if;
        day := (
          of_session, agent, clock.last_at at time zone 'UTC', '0', '0', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        );
      end if;
    end if;

    if clock.status in ('waiting', 'paused') then
      day.waiting := day.waiting + gap;
    elsif clock.status in ('done', 'offline') then
      null;
    elsif clock.status = 'thinking' or event.type = 'thought' then
      day.thinking := day.thinking + gap;
    else
      day.working := day.working + gap;
    end if;

    is_success := false;
    weight := 1;
    case event.type
      when 'thought' then
        if event.data ? 'stream_id' and (event.data -> 'done' = 'true') is not true then
          weight := 0;
        end if;
      when 'code' then
        changes := changes || event.data;
      when 'terminal' then
        if event.data ->> 'command' <> '' then
          day.commands := day.commands + 1;
        end if;
        if event.data -> 'exit_code' = '0' then
          is_success := true;
        elsif event.data ? 'exit_code' then
          day.commands_failed := day.commands_failed + 1;
        end if;
      when 'status' then
        clock.status := event.data ->> 'status';
        is_success := clock.status = 'done';
      when 'milestone' then
        is_success := event.data -> 'completed' = 'true';
      when 'error' then
        clock.open_errors := clock.open_errors + 1;
      when 'usage' then
        day.input_tokens := day.input_tokens + coalesce((event.data -> 'input_tokens')::numeric, 0);
        day.output_tokens := day.output_tokens + coalesce((event.data -> 'output_tokens')::numeric, 0);
        -- Keeps it short, however many digits arrived.
        day.cost_usd := day.cost_usd + round(least(coalesce((event.data -> 'cost_usd')::numeric, 0), 1000000000), 9);
      else
        null;
    end case;
    minutes := minutes || minute;
    types := types || event.type;
    seqs := seqs || event.seq;
    weights := weights || weight;
    if is_success and clock.open_errors > 0 then
      day.errors_recovered := day.errors_recovered + clock.open_errors;
      clock.open_errors := 0;
    end if;
  end loop;

  perform private.add_counts(of_session, agent, minutes, types, seqs, weights);
  if changes <> '{}' then
    day := private.count_code(day, changes);
  end if;
  perform private.add_day(day);
  insert into private.session_clocks as c
  select clock.*
  on conflict (session_id) do update
  set last_at = excluded.last_at, status = excluded.status, open_errors = excluded.open_errors;
end
$$;

create function private.count_inserted_events() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform private.count_events(
    a.session_id, array_agg(row(a.seq, a.type, a.at, a.data)::private.counted_event order by a.seq)
  )
  from added a
  group by a.session_id;
  return null;
end
$$;
create trigger count_inserted_events after insert on public.ai_stream_events
  referencing new table as added
  for each statement execute function private.count_inserted_events();

-- A chat line counts for the day of its writing.
create function private.count_inserted_messages() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  insert into private.session_days as t (session_id, agent_id, day, viewer_messages, agent_messages)
  select
    s.id, s.agent_id, private.day_of(a.at),
    count(*) filter (where a.sender = 'viewer'), count(*) filter (where a.sender = 'agent')
  from added a, public.ai_agent_sessions s
  where s.id = a.session_id
  group by s.id, private.day_of(a.at)
  on conflict (session_id, day) do update
  set
    viewer_messages = t.viewer_messages + excluded.viewer_messages,
    agent_messages = t.agent_messages + excluded.agent_messages;
  return null;
end
$$;
create trigger count_inserted_messages after insert on public.ai_stream_messages
  referencing new table as added
  for each statement execute function private.count_inserted_messages();

-- Each count of viewers is a sample, at least every 15 seconds while somebody watches. Only viewers who have stayed
-- count: a momentary or made-up crowd is not a peak. Viewers of a live session watch its last minute; in an ended
-- session only the peak changes.
create function private.count_watching() returns trigger
language plpgsql
set search_path = ''
set enable_seqscan = off
as $$
begin
  new.viewers_peak := greatest(old.viewers_peak, new.viewers_stayed);
  insert into private.watched_minutes as w (session_id, minute, viewers)
  select s.id, date_trunc('minute', c.last_at, 'UTC'), new.viewers_stayed
  from public.ai_agent_sessions s
  join private.session_clocks c on c.session_id = s.id
  where s.id = new.session_id
    and s.ended_at is null
    and s.last_event_at > now() - private.time_of('session_idle_ms')
  on conflict (session_id, minute) do update set viewers = excluded.viewers
  where w.viewers < excluded.viewers;
  return new;
end
$$;
create trigger count_watching before update of viewers_stayed on private.session_air
  for each row when (new.viewers_stayed > 0)
  execute function private.count_watching();
