-- The foundation: no default grants, the schema `private`, the limits of the contract, and the one way to refuse a
-- request.
-- Invariant 8: the API does not expose `private`, and nobody has a grant on its tables. A role that must call one of
-- its functions gets execute on exactly that function.
-- An RPC of viewers is a pair: `public.x` runs as its caller and calls `private.x`, which runs as its owner. The API
-- then exposes no function that gives a stranger the owner's rights, which Supabase's advisors 0028 and 0029 warn of.
-- An RPC that only service_role may execute needs no pair: it is one function of `public` and runs as its owner.

-- Supabase opens every new table and function of `public` to the API roles, and Postgres every function to everybody.
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges revoke execute on functions from public;

create schema private;
revoke all on schema private from public;
grant usage on schema private to anon, authenticated, service_role;

-- The same object as `limits` in functions/_shared/protocol/limits.ts. Sizes are UTF-8 bytes, durations
-- milliseconds, numbers the largest allowed.
create function private.limits() returns jsonb
language sql immutable parallel safe
set search_path = ''
as $$
select jsonb '{
  "batch_events": 500,
  "body_bytes": 4194304,
  "small_body_bytes": 65536,
  "chat_body_bytes": 16384,
  "event_id_bytes": 128,
  "thought_content_bytes": 65536,
  "stream_id_bytes": 128,
  "metadata_bytes": 16384,
  "filename_bytes": 1024,
  "language_bytes": 64,
  "code_content_bytes": 1048576,
  "code_edits_bytes": 1048576,
  "code_edits": 1000,
  "command_bytes": 16384,
  "terminal_text_bytes": 65536,
  "title_bytes": 1024,
  "description_bytes": 8192,
  "label_bytes": 1024,
  "error_message_bytes": 8192,
  "error_stack_bytes": 65536,
  "url_bytes": 2048,
  "model_bytes": 128,
  "question_id_bytes": 128,
  "question_text_bytes": 8192,
  "question_detail_bytes": 65536,
  "question_options": 20,
  "question_options_bytes": 65536,
  "option_id_bytes": 128,
  "answer_text_bytes": 8192,
  "scrub_text_min_chars": 4,
  "scrub_text_bytes": 4096,
  "line_number": 2147483647,
  "exit_code": 4294967295,
  "exit_code_below_zero": 2147483648,
  "tokens": 9007199254740991,
  "cost_usd": 1000000000,
  "agent_name_bytes": 160,
  "agent_description_bytes": 2048,
  "message_name_bytes": 160,
  "message_text_bytes": 4096,
  "reply_messages": 50,
  "reply_messages_bytes": 32768,
  "viewer_id_bytes": 64,
  "frame_bytes": 61440,
  "page_rows": 1000,
  "page_bytes": 1048576,
  "latest_bytes": 400,
  "session_idle_ms": 1800000,
  "viewer_idle_ms": 45000,
  "search_query_bytes": 512,
  "search_text_chars": 65536,
  "search_batch_bytes": 262144,
  "search_page_rows": 100,
  "search_snippet_chars": 1048576
}'
$$;

-- One limit by name. Immutable, so that a CHECK or a plan evaluates it once per statement and not once per row.
create function private.limit_of(limit_name text) returns bigint
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  value bigint := (private.limits() ->> limit_name)::bigint;
begin
  if value is null then
    raise exception 'Cannot find the limit "%": private.limits() does not have it.', limit_name;
  end if;
  return value;
end
$$;

-- A duration of `private.limits()`.
create function private.time_of(limit_name text) returns interval
language sql immutable parallel safe
set search_path = ''
as $$ select private.limit_of(limit_name) * interval '1 millisecond' $$;

-- Ends the request with an HTTP status and a code of errors.ts. PostgREST puts the message into the status line, so it
-- is one line of ASCII and never contains the caller's input. `retry_after_s` becomes the hint.
create function private.refuse(status integer, code text, message text, retry_after_s bigint default null)
returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if retry_after_s is null then
    raise exception using errcode = 'PT' || status, message = message, detail = code;
  end if;
  raise exception using errcode = 'PT' || status, message = message, detail = code, hint = retry_after_s::text;
end
$$;

-- The longest start of a text that fits into max_bytes without half a character.
create function private.cut(content text, max_bytes integer) returns text
language sql immutable parallel safe
set search_path = ''
as $$
select case
  when octet_length(left(content, max_bytes)) <= max_bytes then left(content, max_bytes)
  else (
    select left(content, length)
    from generate_series(max_bytes, max_bytes / 4, -1) as length
    where octet_length(left(content, length)) <= max_bytes
    limit 1
  )
end
$$;

-- The form of a web address, as webAddressPattern of functions/_shared/protocol/text.ts: no white space, no control
-- characters, no login before the host.
create function private.is_web_address(address text) returns boolean
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return address ~* '^https?://[^\s\u0001-\u0020\u007f-\u009f/?#\\@]+([/?#\\][^\s\u0001-\u0020\u007f-\u009f]*)?$';
end
$$;
