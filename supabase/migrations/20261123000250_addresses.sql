-- The caller's network address, as a salted hash for rate limits and counts. Nothing stores the address itself, and
-- the salt prevents trying out the few billion possible addresses.
-- The setting `address_header` names the header that holds the address. A caller may send any header, so trust only
-- one that the last proxy sets itself. Every proxy appends to x-forwarded-for, so its last entry is the address that
-- the proxy in front of this instance saw. On hosted projects that is one of Supabase's own machines; there the
-- setting is cf-connecting-ip, which Cloudflare overwrites.

-- One spelling per address: no port, IPv4 in IPv6 as IPv4, and IPv6 by /64, because one household or host has a whole
-- /64. Returns null if the text is not an address.
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

-- The caller's hash from the request's headers. Callers without an address share one hash.
create function private.address_of(headers jsonb) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  named text := headers ->> (select s.value from private.settings s where s.name = 'address_header');
  -- The text after the last comma.
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
