-- Rate limits: token buckets by name, such as `ingest:<agent_id>`; settings give their size. A refusal raises, which
-- rolls its own change back, so a refused caller loses no token. A bucket's row stays locked until the end of the
-- transaction, so take buckets before any other lock.
-- Work that costs time, such as a search, has slots instead: a number of them may run at once.

-- Unlogged: after a crash every bucket is full, which is right.
create unlogged table private.rate_buckets (
  bucket text primary key,
  -- When the bucket will be full again. Missing tokens = the time until then / the time for one token.
  full_at timestamptz not null,
  constraint bucket_size check (octet_length(bucket) between 1 and 256)
) with (fillfactor = 70);

alter table private.rate_buckets enable row level security;
create policy "nobody" on private.rate_buckets for all using (false);

-- Takes one token of the bucket `<kind>:<whose>`, or refuses with 429 and the seconds until the next. The settings
-- <kind>_burst and <kind>_refill_ms give its size and the time for one token.
create function private.take_token(kind text, whose text) returns void
language plpgsql
set search_path = ''
as $$
declare
  bucket_name text := kind || ':' || whose;
  burst bigint := private.setting_of(kind || '_burst');
  refill interval := private.duration_of(kind || '_refill_ms');
  at_time timestamptz := clock_timestamp();
  latest_full timestamptz := at_time + (burst - 1) * refill;
  wait interval;
begin
  insert into private.rate_buckets as b (bucket, full_at)
  values (bucket_name, at_time + refill)
  on conflict on constraint rate_buckets_pkey
  do update set full_at = greatest(b.full_at, at_time) + refill
  where b.full_at <= latest_full;
  if not found then
    select b.full_at - latest_full into wait
    from private.rate_buckets b
    where b.bucket = bucket_name;
    perform private.refuse(
      429, 'rate_limited',
      format('Too many requests (%s): %s at once, then one each %s ms.', kind, burst, private.setting_of(kind || '_refill_ms')),
      greatest(1, ceil(extract(epoch from wait)))::bigint
    );
  end if;
  -- A full bucket can be deleted. Every hundredth request sweeps at most a hundred rows, which keeps up with the one
  -- row that a request can add and needs no scheduler.
  if random() < 0.01 then
    delete from private.rate_buckets b
    where b.bucket in (
      select stale.bucket
      from private.rate_buckets stale
      where stale.full_at < at_time
      limit 100
      for update skip locked
    );
  end if;
end
$$;

-- Takes one of the `<kind>_slots`, of all callers or of one, until the end of the transaction, or refuses with 503. It
-- never waits: a waiting caller would hold a connection of the pool that ingest needs too.
create function private.take_slot(kind text, whose text default '') returns void
language plpgsql
set search_path = ''
as $$
declare
  slots integer := private.setting_of(kind || '_slots');
begin
  for slot in 1..slots loop
    if pg_try_advisory_xact_lock(hashtext('kulti slot ' || kind || ' ' || whose), slot) then
      return;
    end if;
  end loop;
  perform private.refuse(
    503, 'unavailable', format('Too many requests at once (%s): limit %s, try again.', kind, slots), 1
  );
end
$$;
