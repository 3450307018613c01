-- Rate limits: token buckets by name, such as `ingest:<agent_id>`. A refusal raises, which rolls its own change back:
-- who is refused loses no token. A bucket's row is locked until the end of the transaction, so buckets come before any
-- other lock.

-- Unlogged: after a crash every bucket is full, which is right.
create unlogged table private.rate_buckets (
  bucket text primary key,
  -- When the bucket will be full again; the number of missing tokens is the time until then by the time for one.
  full_at timestamptz not null,
  constraint bucket_size check (octet_length(bucket) between 1 and 256)
) with (fillfactor = 70);

alter table private.rate_buckets enable row level security;
create policy "nobody" on private.rate_buckets for all using (false);

-- Takes one token or refuses with 429 and the seconds until there is one.
create function private.take_token(bucket text, burst bigint, refill interval) returns void
language plpgsql
set search_path = ''
as $$
declare
  at_time timestamptz := clock_timestamp();
  latest_full timestamptz := at_time + (burst - 1) * refill;
  wait interval;
begin
  insert into private.rate_buckets as b (bucket, full_at)
  values (take_token.bucket, at_time + refill)
  on conflict on constraint rate_buckets_pkey
  do update set full_at = greatest(b.full_at, at_time) + refill
  where b.full_at <= latest_full;
  if not found then
    select b.full_at - latest_full into wait
    from private.rate_buckets b
    where b.bucket = take_token.bucket;
    perform private.refuse(
      429, 'rate_limited', 'Too many requests: wait before the next one.',
      greatest(1, ceil(extract(epoch from wait)))::bigint
    );
  end if;
  -- A full bucket is as good as none. Every hundredth request sweeps at most a hundred rows, which keeps up with the
  -- one row that a request can add, and needs no scheduler.
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
