-- Settings: rates and quotas that an operator may change. The limits of the contract are elsewhere (private.limits()):
-- clients rely on them, and table checks hold them.
-- The functions that enforce a setting read it. Anyone who can connect as postgres can change it, with
-- private.change_setting().

create function private.max_of_unit(unit text) returns bigint
language sql immutable strict parallel safe
set search_path = ''
as $$
select case unit when 'count' then 1000000 when 'ms' then 1000000000 else 999999999999999 end
$$;

create table private.settings (
  name text primary key,
  value text not null,
  default_value text not null,
  -- count, bytes, ms: a whole number. header: the name of a request header.
  unit text not null,
  description text not null,
  constraint texts_short check (octet_length(name || default_value || description) <= 1024),
  constraint unit_known check (unit in ('count', 'bytes', 'ms', 'header')),
  constraint value_form check (
    case unit
      when 'header' then value ~ '^(x-forwarded-for|[a-z0-9-]{1,60}ip)$'
      -- A burst times its refill stays within what an interval holds.
      else value ~ '^[0-9]{1,15}$' and value::bigint between 1 and private.max_of_unit(unit)
    end
  )
);

alter table private.settings enable row level security;
create policy "nobody" on private.settings for all using (false);

insert into private.settings (name, unit, default_value, value, description)
select name, unit, value, value, description
from (values
  ('address_header', 'header', 'x-forwarded-for',
    'The request header that holds the caller''s network address. The last entry of a list counts.'),
  ('ingest_burst', 'count', '200', 'Ingest requests at once, per agent.'),
  ('ingest_refill_ms', 'ms', '10', 'Time for one more ingest request.'),
  ('chat_burst', 'count', '5', 'Chat lines at once, per viewer.'),
  ('chat_refill_ms', 'ms', '2000', 'Time for one more chat line of a viewer.'),
  ('chat_address_burst', 'count', '60', 'Chat lines at once, per network address: a school or an office shares one.'),
  ('chat_address_refill_ms', 'ms', '250', 'Time for one more chat line from an address.'),
  ('chat_session_burst', 'count', '200', 'Chat lines of viewers at once, per session.'),
  ('chat_session_refill_ms', 'ms', '100', 'Time for one more chat line in a session.'),
  ('chat_address_day_burst', 'count', '2000', 'Chat lines in a day, per network address.'),
  ('chat_address_day_refill_ms', 'ms', '43200', 'Time for one more.'),
  ('chat_session_network_burst', 'count', '60', 'The same from one wider network (IPv4 /24, IPv6 /48).'),
  ('chat_session_network_refill_ms', 'ms', '500', 'Time for one more.'),
  ('chat_session_day_burst', 'count', '10000', 'Chat lines of viewers in a day, per session.'),
  ('chat_session_day_refill_ms', 'ms', '8640', 'Time for one more.'),
  ('chat_network_day_burst', 'count', '5000',
    'Chat lines of viewers in a day, per wider network (IPv4 /24, IPv6 /48), in all sessions.'),
  ('chat_network_day_refill_ms', 'ms', '17280', 'Time for one more.'),
  ('agent_chat_burst', 'count', '60', 'Chat lines at once of an agent.'),
  ('agent_chat_refill_ms', 'ms', '1000', 'Time for one more chat line of an agent.'),
  ('register_burst', 'count', '20', 'Registrations at once, per network address.'),
  ('register_refill_ms', 'ms', '60000', 'Time for one more registration from an address.'),
  ('register_network_burst', 'count', '30', 'Registrations at once, per wider network (IPv4 /24, IPv6 /48).'),
  ('register_network_refill_ms', 'ms', '30000', 'Time for one more registration from a network.'),
  ('register_all_burst', 'count', '60', 'Registrations at once, from all addresses together.'),
  ('register_all_refill_ms', 'ms', '10000', 'Time for one more registration from anywhere.'),
  ('rotate_burst', 'count', '20', 'New keys at once, per agent.'),
  ('rotate_refill_ms', 'ms', '60000', 'Time for one more new key.'),
  ('visibility_burst', 'count', '10', 'Changes of visibility at once, per agent.'),
  ('visibility_refill_ms', 'ms', '60000', 'Time for one more change of visibility.'),
  ('scrub_burst', 'count', '20', 'Texts removed from sessions at once, per agent.'),
  ('scrub_refill_ms', 'ms', '6000', 'Time for one more removal of a text.'),
  ('session_burst', 'count', '60', 'New sessions at once, per agent.'),
  ('session_refill_ms', 'ms', '15000', 'Time for one more new session.'),
  ('open_sessions', 'count', '50',
    'Sessions of one agent that may be live at once. One more ends the one that has been silent longest, if for 5 minutes.'),
  ('agent_keys', 'count', '20', 'Live keys of an agent.'),
  ('listed_sessions_per_day', 'count', '20', 'Sessions of one agent and day (UTC) in the lists of all agents.'),
  ('listed_network_burst', 'count', '100',
    'Sessions at once in the lists of all agents after they end, per network that registered their agents.'),
  ('listed_network_refill_ms', 'ms', '864000', 'Time for one more listed session of a network.'),
  ('agent_day_bytes', 'bytes', '1073741824', 'Events and chat lines that one agent may store in a day (UTC), as JSON.'),
  ('new_agent_day_bytes', 'bytes', '134217728',
    'The same for an agent that was registered less than a day ago.'),
  ('network_day_bytes', 'bytes', '2147483648',
    'The same for all agents together that one wider network (IPv4 /24, IPv6 /48) registered.'),
  ('new_network_day_bytes', 'bytes', '536870912',
    'The same for those of them that are less than a day old.'),
  ('new_agents_day_bytes', 'bytes', '5368709120',
    'How much of instance_day_bytes may be used when an agent that was registered less than a day ago stores.'),
  ('instance_day_bytes', 'bytes', '10737418240', 'Events that all agents together may store in a day (UTC), as JSON.'),
  ('agent_reserved_day_bytes', 'bytes', '16777216',
    'Events that an agent may store in a day (UTC) even after the instance has used its quota.'),
  ('network_reserved_day_bytes', 'bytes', '67108864',
    'The same for all agents together that one wider network registered.'),
  ('instance_reserved_day_bytes', 'bytes', '2147483648',
    'Events that all agents together may store beyond instance_day_bytes, each within its reserve.'),
  ('viewers_per_address', 'count', '8', 'Counted viewers of one session, per network address.'),
  ('viewers_per_network', 'count', '32',
    'The same per wider network (IPv4 /24, IPv6 /48): whoever has many addresses mostly has neighbours.'),
  ('viewers_doubling_ms', 'ms', '30000',
    'Time in which the number of viewers that slows an agent down may double.'),
  ('head_interval_ms', 'ms', '2000', 'Shortest time between broadcast heads of one session.'),
  ('head_burst', 'count', '3', 'Heads of one session at once, if each differs from the last.'),
  ('lobby_head_ms', 'ms', '20',
    'Lobby time per live agent: with 200 live agents, each may send a head every 200 times this.'),
  ('batch_frames', 'count', '8', 'Broadcasts of one batch; viewers fetch the rest.'),
  ('search_budget_ms', 'ms', '1000',
    'A search returns the hits found in this time, and fails after twice as long.'),
  ('search_slots', 'count', '5', 'Searches at once.'),
  ('search_address_slots', 'count', '2', 'Searches at once, per network address.'),
  ('search_network_slots', 'count', '3', 'The same per wider network (IPv4 /24, IPv6 /48).'),
  ('stats_slots', 'count', '5', 'Reads of figures at once.'),
  ('stats_address_slots', 'count', '2', 'Reads of figures at once, per network address.'),
  ('stats_network_slots', 'count', '3', 'The same per wider network.')
) as setting (name, unit, value, description);

-- A numeric setting. In PL/pgSQL, which keeps the plan: a call takes some 5 microseconds.
create function private.setting_of(setting_name text) returns bigint
language plpgsql stable
set search_path = ''
as $$
declare
  found_value text;
begin
  select s.value into found_value from private.settings s where s.name = setting_name;
  if found_value is null then
    raise exception 'Cannot find the setting "%": private.settings does not have it.', setting_name;
  end if;
  return found_value::bigint;
end
$$;

create function private.duration_of(setting_name text) returns interval
language plpgsql stable
set search_path = ''
as $$
begin
  return private.setting_of(setting_name) * interval '1 millisecond';
end
$$;

-- Changes one setting; null restores the default. Only the operator may execute it.
create function private.change_setting(setting_name text, new_value text) returns void
language plpgsql
set search_path = ''
as $$
begin
  update private.settings s
  set value = coalesce(new_value, s.default_value)
  where s.name = setting_name;
  if not found then
    raise exception 'Cannot change the setting "%": it does not exist.', setting_name;
  end if;
exception
  when check_violation then
    raise exception using
      errcode = '23514',
      message = format(
        'Cannot change the setting "%s": %L is not a %s.', setting_name, new_value,
        (
          select case s.unit
            when 'header' then 'name of a header of addresses, such as x-real-ip'
            else 'whole number from 1 to ' || private.max_of_unit(s.unit)
          end
          from private.settings s
          where s.name = setting_name
        )
      );
end
$$;

-- Random texts that only the database knows, created with it. Nothing shows or exports them.
create table private.secrets (
  name text primary key,
  value text not null default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
  constraint texts_short check (octet_length(name || value) <= 256)
);

alter table private.secrets enable row level security;
create policy "nobody" on private.secrets for all using (false);

insert into private.secrets (name) values ('address_salt'), ('cursor_key');

create function private.secret_of(secret_name text) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  found_value text;
begin
  select s.value into strict found_value from private.secrets s where s.name = secret_name;
  return found_value;
end
$$;
