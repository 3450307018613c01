-- Posting and reading chat. The function `chat` calls these with the secret key, for viewers without an account and
-- for agents with their key.

-- The line with an id, as a repeated message gets it; null if there is none.
create function private.find_message(of_session uuid, message_id uuid) returns jsonb
language sql stable
set search_path = ''
as $$
select private.message_json(m)
from public.ai_stream_messages m
where m.session_id = of_session and m.id = message_id
$$;

-- Stores one line under the session's row lock and broadcasts it. A repeated id returns the existing line, mostly
-- without the lock: ids are public, and repeating them must not delay the agent.
create function private.store_message(
  of_session uuid, message_id uuid, sender text, name text, text text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  session public.ai_agent_sessions;
  message public.ai_stream_messages;
  known jsonb := private.find_message(of_session, message_id);
begin
  if known is null then
    select s.* into session from public.ai_agent_sessions s where s.id = of_session for no key update;
    known := private.find_message(of_session, message_id);
  end if;
  if known is not null then
    return known;
  end if;
  insert into public.ai_stream_messages (session_id, seq, id, sender, name, text)
  values (of_session, session.messages_to + 1, coalesce(message_id, gen_random_uuid()), sender, name, text)
  returning * into message;
  update public.ai_agent_sessions s set messages_to = message.seq where s.id = of_session;
  if session.visibility <> 'private' then
    perform realtime.send(private.message_json(message), 'message', private.topic_of(session), true);
  end if;
  return private.message_json(message);
exception
  when data_exception or integrity_constraint_violation then
    perform private.refuse(422, 'invalid_request', 'Cannot post the message: a field breaks a rule of the contract.');
    -- Not reached, but plpgsql_check asks for it.
    return null;
end
$$;

-- The letters of a name, each as the Latin letter that it looks like, in lower case; I, l and 1 are one, and so are O
-- and 0, rn and m. Leaves out accents, punctuation and symbols: nobody tells names apart by them.
create function private.seen_letters(name text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$
select regexp_replace(
  translate(
    lower(translate(
      replace(replace(normalize(name, NFKD), 'rn', 'm'), 'vv', 'w'),
      -- Cyrillic, Greek, Armenian, other Latin, Cherokee, Coptic, Lisu, and letters in black circles, boxes and flags.
      'АВЕЗКМНОРСТУХІЈЅҺԚԜԌҮѴЬавезкмнорстухіјѕһԛԝԁѵԍүьгпи'
      || 'ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿαβγεηικμνορστυχωϲϳ'
      || 'ՕՍՏԼօոսհզցյռւ'
      || 'ɑɡıɩɪʟøØđĐłŁħĦŧŦɛɴʙᴀᴄᴅᴇꜰɢʜᴊᴋᴍᴏᴘʀꜱᴛᴜᴠᴡʏᴢǀ'
      || 'ᎪᏴᏟᎠᎬᏀᎻᎥᎫᏦᏞᎷᏢᎡᏚᎢᏙᎳᏃ'
      || 'ꭺᏼꮯꭰꭼꮐꮋꭵꭻꮶꮮꮇꮲꭱꮪꭲꮩꮃꮓ'
      || 'ӀӏĸƙɓƈɗɠɦƥƭƴƐℓ'
      || 'ⲀⲂⲈⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬⲁⲃⲉⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭ'
      || 'ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ'
      || '🅐🅑🅒🅓🅔🅕🅖🅗🅘🅙🅚🅛🅜🅝🅞🅟🅠🅡🅢🅣🅤🅥🅦🅧🅨🅩'
      || '🅰🅱🅲🅳🅴🅵🅶🅷🅸🅹🅺🅻🅼🅽🅾🅿🆀🆁🆂🆃🆄🆅🆆🆇🆈🆉'
      || '🇦🇧🇨🇩🇪🇫🇬🇭🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿',
      'abe3kmhopctyxijshqwgyvbabe3kmhopctyxijshqwdvgybrnu'
      || 'abezhikmnoptyxcjabyenikuvopotuxwcj'
      || 'ouslonuhqgjnl'
      || 'agiiilooddllhhttenbacdefghjkmoprstuvwyzl'
      || 'abcdeghijklmprstvwz'
      || 'abcdeghijklmprstvwz'
      || 'llkkbcdghptyel'
      || 'abehikmnopctyxabehikmnopctyx'
      || 'bpdtgkjczfmnlsrvhwxyaeiou'
      || 'abcdefghijklmnopqrstuvwxyz'
      || 'abcdefghijklmnopqrstuvwxyz'
      || 'abcdefghijklmnopqrstuvwxyz'
    ) collate "und-x-icu"),
    'i1|0', 'lllo'
  ),
  -- Letters that modify others look like punctuation.
  '[^[:alnum:]]|[\u02b0-\u02ff\u0640]', '', 'g'
)
$$;

-- A name's possible looks: as written, and in capitals, which in Greek differ from the small letters (ν looks like v,
-- its capital like N). A name without letters is its visible characters: empty if there are none.
create function private.seen_names(name text) returns text[]
language sql immutable strict parallel safe
set search_path = ''
as $$
select array[
  coalesce(nullif(private.seen_letters(visible), ''), visible),
  coalesce(
    nullif(private.seen_letters(translate(
      lower(normalize(visible, NFKD) collate "und-x-icu"), 'αβεζηικμνορτυχ', 'abezhikmnoptyx'
    )), ''),
    visible
  )
]
from regexp_replace(
  normalize(name, NFKC),
  -- Spaces, controls, and all that Unicode calls ignorable or a format: soft hyphens, fillers, marks of direction and
  -- width, variation selectors, tags, marks of shorthand, music and hieroglyphs.
  '[\s\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5'
  || '\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
  || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
  || '\U000e0000-\U000e0fff]',
  '', 'g'
) as visible
$$;

-- Refuses an invisible name, and one that looks like the agent's name or handle.
create function private.require_own_name(of_session uuid, name text) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  seen text[] := private.seen_names(name);
begin
  if seen[1] = '' then
    perform private.refuse(422, 'invalid_request', 'Cannot post the message: the name has no visible character.');
  end if;
  perform 1
  from public.ai_agent_sessions s
  join public.ai_agents a on a.agent_id = s.agent_id
  where s.id = of_session and seen && (private.seen_names(a.name) || private.seen_names(a.agent_id));
  if found then
    perform private.refuse(
      422, 'invalid_request', 'Cannot post the message: the name looks like that of the agent. Choose another.'
    );
  end if;
end
$$;

-- `message`: {session_id, viewer_id, name, text, id?} of a viewer; `headers`: the request headers that may hold its
-- address. Returns Message.
-- Refuses: session_not_found, session_ended, rate_limited, invalid_request.
create function public.post_message(message jsonb, headers jsonb default '{}') returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  of_session uuid := (message ->> 'session_id')::uuid;
  message_id uuid := (message ->> 'id')::uuid;
  address text := private.address_of(headers);
  is_ended boolean;
  stored jsonb;
begin
  select s.ended_at is not null into is_ended
  from public.ai_agent_sessions s
  where s.id = of_session and s.visibility <> 'private';
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot post the message: the session does not exist.');
  end if;
  -- A repeated message costs no token and may come after the end.
  if not exists (
    select 1 from public.ai_stream_messages m where m.session_id = of_session and m.id = message_id
  ) then
    if is_ended then
      perform private.refuse(409, 'session_ended', 'Cannot post the message: the session has ended.');
    end if;
    perform private.take_token('chat', message ->> 'viewer_id');
    perform private.take_token('chat_address', address);
    perform private.take_token('chat_address_day', address);
    perform private.take_token('chat_session_network', of_session || ' ' || private.wide_network_of(headers));
    perform private.take_token('chat_session', of_session::text);
    perform private.take_token('chat_session_day', of_session::text);
    perform private.take_token('chat_network_day', private.wide_network_of(headers)::text);
    perform private.require_own_name(of_session, message ->> 'name');
  end if;
  stored := private.store_message(of_session, message_id, 'viewer', message ->> 'name', message ->> 'text');
  perform private.sweep_buckets();
  return stored;
end
$$;
grant execute on function public.post_message(jsonb, jsonb) to service_role;

-- Refuses another agent's session.
create function private.require_session_of(agent text, of_session uuid) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  perform 1 from public.ai_agent_sessions s where s.id = of_session and s.agent_id = agent;
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot use the chat: the agent has no such session.');
  end if;
end
$$;

-- `message`: {session_id, text, id?} of the agent. Returns Message.
-- Refuses: unknown_key, rate_limited, session_not_found, invalid_request.
create function public.post_agent_message(key_hash text, message jsonb) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.admit_agent(key_hash);
  of_session uuid := (message ->> 'session_id')::uuid;
  message_id uuid := (message ->> 'id')::uuid;
  stored jsonb;
begin
  perform private.require_session_of(agent, of_session);
  -- A repeated message costs nothing.
  if private.find_message(of_session, message_id) is null then
    perform private.take_token('agent_chat', agent);
    perform private.open_stored_bytes(agent);
    perform private.take_bytes(agent, pg_column_size(message));
  end if;
  -- Also after the end: the last question may have come with the reply to the last batch.
  stored := private.store_message(
    of_session, message_id, 'agent',
    (select a.name from public.ai_agents a where a.agent_id = agent), message ->> 'text'
  );
  perform private.touch_key(key_hash);
  return stored;
end
$$;
grant execute on function public.post_agent_message(text, jsonb) to service_role;

-- The viewers' messages after `after`, or after the agent's cursor; the cursor moves to the last one returned.
-- Returns [Message], oldest first. Refuses: unknown_key, rate_limited, session_not_found.
create function public.read_messages(
  key_hash text, session_id uuid, after bigint default null, max_rows integer default 200
)
returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.admit_agent(key_hash);
  messages jsonb;
begin
  perform private.require_session_of(agent, session_id);
  messages := private.take_messages(
    session_id, after, least(greatest(coalesce(max_rows, 200), 1), private.limit_of('page_rows'))::integer
  );
  perform private.touch_key(key_hash);
  return messages;
end
$$;
grant execute on function public.read_messages(text, uuid, bigint, integer) to service_role;
