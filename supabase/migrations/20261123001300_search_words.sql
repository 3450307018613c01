-- The words of the search: the same rules for stored and typed text, whatever the language. These functions run while
-- events are appended, so they refuse no text and never fail.
-- They split the words themselves and give Postgres' parser only letters, digits and blanks: by itself it treats a
-- path, an address or a tag as one word. Measured: 300 bytes 0.1 ms, 64 KB of code 25 ms.

-- Removes terminal escapes and control characters; keeps blanks and lines.
create function private.plain_text(content text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if strpos(content, e'\x1b') > 0 then
    content := regexp_replace(
      content, '\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])', '', 'g'
    );
  end if;
  if content ~ '[\x01-\x08\x0b-\x1f\x7f]' then
    content := regexp_replace(content, '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]', '', 'g');
  end if;
  return content;
end
$$;

-- Letters without accents, compatible forms as one (ﬁ is fi, Ａ is A), and scripts that put no blanks between words,
-- emoji too, as pairs of neighbours: 検索機 becomes the words "検索", "索機", "機". They are spelled in letters from a to p,
-- since which of these characters are letters depends on the database's locale. ASCII passes untouched.
create function private.fold_text(content text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  dense constant text := '[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u3007\u3021-\ud7ff\uf900-\ufaff\U00010000-\U0010ffff]';
begin
  if octet_length(content) = length(content) then
    return content;
  end if;
  content := regexp_replace(
    -- These two ligatures become 18 and 8 letters: 64 KB of them took the append a second.
    normalize(translate(content, U&'\FDFA\FDFB', '  '), nfkd),
    '[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u200b-\u200f\ufe00-\ufe0f]', '', 'g'
  );
  content := translate(normalize(content, nfkc), 'øØłŁđĐı', 'oOlLdDi');
  if content !~ dense then
    return content;
  end if;
  -- A pair takes 12 letters: this limit keeps the words of 64 KB below the megabyte of a tsvector.
  return (
    select string_agg(
      case
        when not spelled.is_dense then spelled.this
        when spelled.next_is_dense then ' zq' || spelled.code || spelled.next_code || ' '
        else ' zq' || spelled.code || ' '
      end, ''
    )
    from (
      select
        pair.this,
        pair.this ~ dense as is_dense,
        coalesce(pair.next ~ dense, false) as next_is_dense,
        translate(lpad(to_hex(ascii(pair.this)), 5, '0'), '0123456789', 'ghijklmnop') as code,
        translate(lpad(to_hex(ascii(pair.next)), 5, '0'), '0123456789', 'ghijklmnop') as next_code
      from string_to_array(left(content, 32768), null) as letters,
        unnest(letters, letters[2:]) as pair (this, next)
      where pair.this is not null
    ) spelled
  );
end
$$;

-- Whole words, with `_` inside: "see src/max_rows.ts" becomes "see src max_rows ts".
create function private.whole_words(content text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  if octet_length(content) <> length(content) then
    content := private.fold_text(content);
  end if;
  return regexp_replace(content, '[\x01-/:-@[-^`{-\x7f]+', ' ', 'g');
end
$$;

-- Words with identifiers split: HTTPServer2 becomes "HTTP Server 2". A digit is split off only after two letters, so
-- that the hexadecimal digits of a hash mostly stay together.
create function private.parts_of_words(whole_words text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
begin
  return regexp_replace(whole_words, '[a-z0-9](?=[A-Z])|[A-Z](?=[A-Z][a-z])|[a-zA-Z]{2}(?=[0-9])|_', '\& ', 'g');
end
$$;

-- All words of a text: the parts with positions, for phrases, and the whole identifiers without.
create function private.words_of(content text) returns tsvector
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  wholes text := private.whole_words(content);
  parts text := private.parts_of_words(wholes);
begin
  if parts = wholes then
    return to_tsvector('pg_catalog.simple', wholes);
  end if;
  return strip(to_tsvector('pg_catalog.simple', replace(wholes, '_', '')))
    || to_tsvector('pg_catalog.simple', parts);
end
$$;
