-- Who calls, as far as a network address tells: a salted hash for rate limits and counts. The address itself is stored
-- nowhere, and the salt keeps the few billion possible addresses from being tried out.
-- Which header tells the address is the setting `address_header`. A caller may send any header, so only one that the
-- last proxy sets itself can be trusted. Every proxy appends to x-forwarded-for, so its last entry is what the proxy in
-- front of this instance saw. On hosted projects that is one of Supabase's own machines; there the setting is
-- cf-connecting-ip, which Cloudflare overwrites.

-- An address in one spelling: without a port, IPv4 in IPv6 as IPv4, and IPv6 by /64, since one household or host has
-- a whole /64. Anything that is no address gives null.
create function private.network_of(address text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  bare text := trim(both ' ' from left(address, 60));
  parsed inet;
begin
  -- 203.0.113.7:1234 and [2001:db8::1]:1234
  bare := coalesce(substring(bare from '^([0-9.]+):[0-9]+$'), substring(bare from '^\[([0-9a-fA-F:.]+)\](?::[0-9]+)?$'), bare);
  bare := regexp_replace(bare, '^::ffff:([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)$', '\1', 'i');
  if bare !~ '^[0-9a-fA-F:.]{2,45}$' then
    return null;
  end if;
  parsed := bare::inet;
  if family(parsed) = 6 then
    return network(set_masklen(parsed, 64))::text;
  end if;
  return host(parsed);
exception
  when invalid_text_representation then
    return null;
end
$$;

-- The caller's hash by the request's headers. Callers whose address is not told share one hash.
create function private.address_of(headers jsonb) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  named text := headers ->> (select s.value from private.settings s where s.name = 'address_header');
  -- What stands behind the last comma.
  network text := private.network_of(right(named, position(',' in reverse(',' || named)) - 1));
begin
  return encode(
    sha256(convert_to(private.secret_of('address_salt') || ' ' || coalesce(network, 'unknown'), 'UTF8')), 'hex'
  );
end
$$;

-- The caller's hash in an RPC that viewers call themselves.
create function private.caller_address() returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return private.address_of(nullif(current_setting('request.headers', true), '')::jsonb);
end
$$;
