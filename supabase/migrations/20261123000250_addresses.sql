-- The caller's network address, as a salted hash for rate limits and counts. Nothing stores the address itself.
-- The salt keeps a reader of the hashes alone from trying out the few billion possible addresses.
-- The setting `address_header` names the header that holds the address. A caller may send any header, so trust only
-- one that the last proxy sets itself. Every proxy appends to x-forwarded-for, so its last entry is the address that
-- the proxy in front of this instance saw. On hosted projects that is one of Supabase's own machines; there the
-- setting is cf-connecting-ip, which Cloudflare overwrites.
-- Someone with many addresses usually has adjacent ones, so some limits also count by network: IPv4 /24, IPv6 /48.

-- One spelling per address: no port, IPv4 in IPv6 as IPv4, and IPv6 by /64, because one household or host has a whole
-- /64. With fewer bits, one spelling per network. Returns null if the text is not an address.
create function private.network_of(address text, v4_bits integer default 32, v6_bits integer default 64) returns text
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
    return network(set_masklen(parsed, v6_bits))::text;
  end if;
  return case when v4_bits = 32 then host(parsed) else network(set_masklen(parsed, v4_bits))::text end;
exception
  when invalid_text_representation then
    return null;
end
$$;

-- The hash of the caller's address, or with fewer bits of its network, from the request's headers. Callers without an
-- address share one hash.
create function private.address_of(headers jsonb, v4_bits integer default 32, v6_bits integer default 64) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  named text := headers ->> (select s.value from private.settings s where s.name = 'address_header');
  -- The text after the last comma.
  network text := private.network_of(right(named, position(',' in reverse(',' || named)) - 1), v4_bits, v6_bits);
begin
  return encode(
    sha256(convert_to(private.secret_of('address_salt') || ' ' || coalesce(network, 'unknown'), 'UTF8')), 'hex'
  );
end
$$;

-- The hash of the caller's network, as a number, which sorts fast.
create function private.wide_network_of(headers jsonb) returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return ('x' || left(private.address_of(headers, 24, 48), 16))::bit(64)::bigint;
end
$$;

-- The caller's hashes in an RPC that viewers call themselves.
create function private.caller_address() returns text
language plpgsql stable
set search_path = ''
as $$
begin
  return private.address_of(nullif(current_setting('request.headers', true), '')::jsonb);
end
$$;

create function private.caller_network() returns bigint
language plpgsql stable
set search_path = ''
as $$
begin
  return private.wide_network_of(nullif(current_setting('request.headers', true), '')::jsonb);
end
$$;

-- Takes a slot of all callers, one of the caller's address and one of its network, so that neither takes them all.
create function private.take_slots(kind text) returns void
language plpgsql
set search_path = ''
as $$
begin
  perform private.take_slot(kind || '_address', private.caller_address());
  perform private.take_slot(kind || '_network', private.caller_network()::text);
  perform private.take_slot(kind);
end
$$;
