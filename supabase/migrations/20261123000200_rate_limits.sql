-- Rate limits: token buckets by name, such as `ingest:<agent_id>`; settings give their size. A refusal raises, which
-- rolls its own change back, so a refused caller loses no token. A bucket's row stays locked until the end of the
-- transaction, so take a bucket that others want before any other lock.
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

-- Takes one token of the bucket `<kind>:<whose>`; false if it has none. The settings <kind>_burst and <kind>_refill_ms
-- give its size and the time for one token.
create function private.try_token(kind text, whose text) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  refill interval := private.duration_of(kind || '_refill_ms');
  at_time timestamptz := clock_timestamp();
  latest_full timestamptz := at_time + (private.setting_of(kind || '_burst') - 1) * refill;
begin
  insert into private.rate_buckets as b (bucket, full_at)
  values (kind || ':' || whose, at_time + refill)
  on conflict on constraint rate_buckets_pkey
  do update set full_at = greatest(b.full_at, at_time) + refill
  where b.full_at <= latest_full;
  return found;
end
$$;

-- Occasionally deletes full buckets: about one call in a hundred deletes at most a thousand, which keeps up with the
-- rows that a request can add and needs no scheduler. The last act of a transaction: whoever waits for one of these
-- rows must not hold a lock that this transaction still wants.
create function private.sweep_buckets() returns void
language plpgsql
set search_path = ''
as $$
begin
  if random() < 0.01 then
    delete from private.rate_buckets b
    where b.bucket in (
      select stale.bucket
      from private.rate_buckets stale
      where stale.full_at < clock_timestamp()
      limit 1000
      for update skip locked
    );
  end if;
end
$$;

-- Like try_token, but refuses with 429 and the seconds until the next token.
create function private.take_token(kind text, whose text) returns void
language plpgsql
set search_path = ''
as $$
declare
  burst bigint;
  refill_ms bigint;
  wait interval;
begin
  if private.try_token(kind, whose) then
    return;
  end if;
  burst := private.setting_of(kind || '_burst');
  refill_ms := private.setting_of(kind || '_refill_ms');
  select b.full_at - clock_timestamp() - (burst - 1) * refill_ms * interval '1 millisecond' into wait
  from private.rate_buckets b
  where b.bucket = kind || ':' || whose;
  perform private.refuse(
    429, 'rate_limited',
    format('Too many requests (%s): %s at once, then one each %s ms.', kind, burst, refill_ms),
    greatest(1, ceil(extract(epoch from wait)))::bigint
  );
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
