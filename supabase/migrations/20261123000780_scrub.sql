-- Scrubbing (invariant 9): an agent removes a leaked text from one of its sessions. Each occurrence becomes a mark that
-- is never longer than the text, so no field outgrows its limit. Positions stay. The triggers of 760_rewriting and
-- 1310_search_documents do the rest: stored broadcasts, the head, the search, open pages.
-- The function `agents` calls scrub_session with the secret key.

create function private.scrub_text(content text, secret text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select replace(content, secret, left('[removed]', octet_length(secret))) $$;

-- The text as jsonb writes it inside a string.
create function private.in_json(content text) returns text
language sql immutable strict parallel safe
set search_path = ''
as $$ select substring(to_jsonb(content)::text from 2 for length(to_jsonb(content)::text) - 2) $$;

-- Scrubs the strings of a JSON value; with `everything`, keys and numbers too. Works on the tokens of its text:
-- recursion would exceed the stack where a value has 500 levels.
create function private.scrub_json(value jsonb, secret text, everything boolean) returns jsonb
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  written text := private.in_json(secret);
  mark text := private.scrub_text(secret, secret);
begin
  if strpos(value::text, written) = 0 then
    return value;
  end if;
  return (
    select string_agg(
      case
        when strpos(token, written) = 0 then token
        when token like '"%:' then case when everything then replace(token, written, mark) else token end
        when token like '"%' then replace(token, written, mark)
        when token ~ '^[-0-9]' and everything then to_jsonb(mark)::text
        else token
      end,
      '' order by place
    )
    from regexp_matches(value::text, '"(?:[^"\\]|\\.)*":?|[-0-9][-+0-9.eE]*|[^-"0-9]+', 'g')
      with ordinality as tokens (matched, place),
      lateral (select matched[1]) as one (token)
  )::jsonb;
end
$$;

-- The data of an event without the secret. Fields that hold one of a few words or a time stay as they are.
create function private.scrub_data(type text, data jsonb, secret text) returns jsonb
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  scrubbed jsonb := private.scrub_json(data - 'metadata', secret, false);
begin
  scrubbed := scrubbed || coalesce(
    (
      select jsonb_object_agg(field.key, field.value)
      from jsonb_each(data) as field
      where field.key in ('thought_type', 'priority', 'action', 'stream', 'status', 'kind', 'by', 'expires_at')
    ),
    '{}'
  );
  if data ? 'metadata' then
    scrubbed := scrubbed || jsonb_build_object('metadata', private.scrub_json(data -> 'metadata', secret, true));
  end if;
  -- With the mark inside it would be no address, or that of somebody else.
  if type = 'preview' and scrubbed <> data then
    return jsonb_build_object('url', 'https://removed.invalid/');
  end if;
  return scrubbed;
end
$$;

-- A secret may be split over the pieces of a streamed thought, or over the output of a command. The new texts of those
-- pieces, with the mark in the piece in which the secret began. Reads each text once, in a window that is a little
-- longer than the secret.
create function private.scrubbed_pieces(of_session uuid, secret text)
returns table (seq bigint, field text, content text)
language plpgsql stable
set search_path = ''
as $$
declare
  piece record;
  of_text text;
  seqs bigint[];
  texts text[];
  is_changed boolean[];
  joined text;
  secret_from integer;
  secret_to integer;
  piece_from integer;
  piece_to integer;
begin
  for piece in
    select e.seq, one.text_key, one.field, e.data ->> one.field as content
    from public.ai_stream_events e,
      lateral (select
        case e.type when 'thought' then 'thought ' || (e.data ->> 'stream_id') else e.data ->> 'stream' end as text_key,
        case e.type when 'thought' then 'content' else 'text' end as field
      ) as one
    where e.session_id = of_session
      and (e.type = 'terminal' or e.type = 'thought' and e.data ? 'stream_id')
    order by one.text_key, e.seq
  loop
    if of_text is distinct from piece.text_key then
      return query select * from private.changed_pieces(seqs, texts, is_changed, field);
      of_text := piece.text_key;
      field := piece.field;
      seqs := '{}';
      texts := '{}';
      is_changed := '{}';
    end if;
    seqs := seqs || piece.seq;
    texts := texts || piece.content;
    is_changed := is_changed || false;
    joined := array_to_string(texts, '');
    secret_from := strpos(joined, secret);
    while secret_from > 0 loop
      secret_to := secret_from + length(secret) - 1;
      piece_from := 1;
      for i in 1 .. cardinality(texts) loop
        piece_to := piece_from + length(texts[i]) - 1;
        if piece_from <= secret_to and piece_to >= secret_from then
          is_changed[i] := true;
          texts[i] := left(texts[i], greatest(secret_from - piece_from, 0))
            || case when piece_from <= secret_from then private.scrub_text(secret, secret) else '' end
            || substr(texts[i], greatest(secret_to - piece_from + 2, 1));
        end if;
        piece_from := piece_to + 1;
      end loop;
      joined := array_to_string(texts, '');
      secret_from := strpos(joined, secret);
    end loop;
    while cardinality(texts) > 1 and length(joined) - length(texts[1]) >= length(secret) - 1 loop
      return query select * from private.changed_pieces(seqs[1:1], texts[1:1], is_changed[1:1], field);
      joined := substr(joined, length(texts[1]) + 1);
      seqs := seqs[2:];
      texts := texts[2:];
      is_changed := is_changed[2:];
    end loop;
  end loop;
  return query select * from private.changed_pieces(seqs, texts, is_changed, field);
end
$$;

create function private.changed_pieces(seqs bigint[], texts text[], is_changed boolean[], of_field text)
returns table (seq bigint, field text, content text)
language sql immutable
set search_path = ''
as $$
select piece.seq, of_field, piece.content
from unnest(seqs, texts, is_changed) as piece (seq, content, is_changed)
where piece.is_changed
$$;

-- Removes a text from a session's events and chat and from the names of its files. The mark is the same everywhere, so
-- replacements in files still fit.
-- Returns {session_id, events, messages}: the numbers of changed rows. Refuses: unknown_key, session_not_found,
-- rate_limited, invalid_request.
create function public.scrub_session(key_hash text, session_id uuid, secret text) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  agent text := private.agent_of_key(key_hash);
  written text := private.in_json(secret);
  changed_events bigint[];
  changed_pieces bigint[];
  changed_messages bigint;
begin
  perform private.take_token('scrub', agent);
  if length(secret) < private.limit_of('scrub_text_min_chars') or octet_length(secret) > private.limit_of('scrub_text_bytes') then
    perform private.refuse(
      422, 'invalid_request',
      format(
        'Cannot remove the text: it has %s characters in %s bytes; %s characters to %s bytes are allowed.',
        length(secret), octet_length(secret), private.limit_of('scrub_text_min_chars'), private.limit_of('scrub_text_bytes')
      )
    );
  end if;
  if secret = private.scrub_text(secret, secret) then
    perform private.refuse(422, 'invalid_request', 'Cannot remove the text: it is the mark that replaces removed texts.');
  end if;
  perform 1
  from public.ai_agent_sessions s
  where s.id = scrub_session.session_id and s.agent_id = agent
  for no key update;
  if not found then
    perform private.refuse(404, 'session_not_found', 'Cannot remove the text: the agent has no such session.');
  end if;

  with changed as (
    update public.ai_stream_events e
    set
      data = private.scrub_data(e.type, e.data, secret),
      -- An id is unique, so it gets no mark.
      id = case when strpos(e.id, secret) > 0 then gen_random_uuid()::text else e.id end
    where e.session_id = scrub_session.session_id
      and (strpos(e.data::text, written) > 0 or strpos(e.id, secret) > 0)
    returning e.seq
  )
  select array_agg(changed.seq) into changed_events from changed;

  with changed as (
    update public.ai_stream_events e
    set data = jsonb_set(e.data, array[piece.field], to_jsonb(piece.content))
    from private.scrubbed_pieces(scrub_session.session_id, secret) as piece
    where e.session_id = scrub_session.session_id and e.seq = piece.seq
    returning e.seq
  )
  select array_agg(changed.seq) into changed_pieces from changed;

  update public.ai_stream_messages m
  set text = private.scrub_text(m.text, secret), name = private.scrub_text(m.name, secret)
  where m.session_id = scrub_session.session_id and (strpos(m.text, secret) > 0 or strpos(m.name, secret) > 0);
  get diagnostics changed_messages = row_count;

  with removed as (
    delete from private.session_files f
    where f.session_id = scrub_session.session_id and strpos(f.filename, secret) > 0
    returning f.*
  )
  insert into private.session_files (session_id, filename, lines)
  select removed.session_id, private.scrub_text(removed.filename, secret), max(removed.lines)
  from removed
  group by 1, 2
  on conflict do nothing;

  return jsonb_build_object(
    'session_id', scrub_session.session_id,
    'events', (select count(distinct seq) from unnest(changed_events || changed_pieces) as seq),
    'messages', changed_messages
  );
exception
  when check_violation then
    perform private.refuse(422, 'invalid_request', 'Cannot remove the text: without it an event would break a rule of the contract. Give a longer part of it.');
    -- Not reached, but plpgsql_check asks for it.
    return null;
end
$$;
grant execute on function public.scrub_session(text, uuid, text) to service_role;
