-- Turns a viewer's text into a query. Any text is valid: there is no syntax error. All words must occur, "words in
-- quotes" as a phrase; -words must not occur; word* is a prefix. An identifier or a path matches in any style:
-- parseConfigFile, parse_config_file, parse/config.file.

create type private.search_query as (
  -- The query that an event must match.
  whole tsquery,
  -- The query for the index: it matches at least what `whole` matches, and never makes Postgres read documents. Null
  -- if the index has no such word.
  indexed tsquery,
  -- The words that rank a hit: those that must occur.
  wanted tsquery,
  -- The share of documents that the index may return, estimated by its rarest word.
  share real,
  -- Regular expressions for the marks in a snippet, and the same for only their letters, which finds the places five
  -- times as fast.
  patterns text[],
  letters text[],
  -- The first words of the query, in lower-case ASCII: finding their places needs no expression.
  starts text[]
);

-- The most frequent words of open documents, with the share of documents that have them. It reads no statistics of
-- hidden documents: they would reveal their words.
create type private.common_words as (words text[], shares real[]);

-- Once for a search: to read a thousand words from pg_stats takes 0.5 ms. In PL/pgSQL, which keeps the plan: to plan it
-- took 1.2 ms each time.
create function private.read_common_words() returns private.common_words
language plpgsql stable
set search_path = ''
as $$
declare
  common private.common_words;
begin
  select s.most_common_elems::text::text[], s.most_common_elem_freqs into common
  from pg_catalog.pg_stats s
  where s.schemaname = 'private' and s.tablename = 'search_documents_open' and s.attname = 'words';
  return common;
end
$$;

-- The share of documents that have a word, or any word with a prefix; 0 if it is too rare for the statistics.
create function private.share_of_word(common private.common_words, word text, is_prefix boolean) returns real
language plpgsql stable
set search_path = ''
as $$
begin
  if is_prefix then
    return (
      select coalesce(sum(one.share), 0)
      from unnest(common.words, common.shares) as one (word, share)
      where starts_with(one.word, share_of_word.word)
    );
  end if;
  return coalesce(common.shares[array_position(common.words, word)], 0);
end
$$;

-- The share of open documents that have the rarest of some tags, and any of others if that is not null. Null without
-- tags.
create function private.share_of_tags(all_of bigint[], any_of bigint[]) returns real
language plpgsql stable
set search_path = ''
as $$
declare
  common_tags bigint[];
  shares real[];
begin
  if cardinality(all_of) = 0 and any_of is null then
    return null;
  end if;
  select s.most_common_elems::text::bigint[], s.most_common_elem_freqs into common_tags, shares
  from pg_catalog.pg_stats s
  where s.schemaname = 'private' and s.tablename = 'search_documents_open' and s.attname = 'tags';
  return least(
    (select min(coalesce(shares[array_position(common_tags, tag)], 0)) from unnest(all_of) as tag),
    case when any_of is not null then
      (select coalesce(sum(shares[array_position(common_tags, tag)]), 0) from unnest(any_of) as tag)
    end
  );
end
$$;

-- The words as a tsquery: a phrase, or all of them. The last may be a prefix. In PL/pgSQL, because a call of a SQL
-- function takes 60 microseconds.
create function private.tsquery_of(words text, is_phrase boolean, is_prefix boolean) returns tsquery
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  made tsquery := case
    when is_phrase then phraseto_tsquery('pg_catalog.simple', words)
    else plainto_tsquery('pg_catalog.simple', words)
  end;
begin
  if is_prefix and numnode(made) > 0 then
    return (made::text || ':*')::tsquery;
  end if;
  return made;
end
$$;

-- A pattern that matches the typed text in any case, with or without accents, and with any signs between its words.
create function private.letters_of(typed text) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  pattern text;
begin
  typed := translate(regexp_replace(normalize(typed, nfkd), '[\u0300-\u036f]', '', 'g'), 'øØłŁđĐı', 'oOlLdDi');
  typed := private.parts_of_words(regexp_replace(normalize(typed, nfkc), '[\x01-/:-@[-^`{-\x7f]+', ' ', 'g'));
  select string_agg(
    case
      when letter ~ '[0-9]' then letter
      when letter ~ '[^[:alnum:]]' and ascii(letter) < 11904 then '[^[:alnum:]]*'
      else '[' || lower(letter) || upper(letter) || coalesce((
        select accented
        from unnest(array[
          'aàáâãäåāăąÀÁÂÃÄÅĀĂĄ', 'cçćčÇĆČ', 'dďđĎĐ', 'eèéêëēĕėęěÈÉÊËĒĔĖĘĚ', 'gğĞ', 'iìíîïīĭįıÌÍÎÏĪĬĮİ', 'lłľĺŁĽĹ',
          'nñńňÑŃŇ', 'oòóôõöøōőÒÓÔÕÖØŌŐ', 'rřŕŘŔ', 'sśşšŚŞŠ', 'tťţŤŢ', 'uùúûüūŭůűųÙÚÛÜŪŬŮŰŲ', 'yýÿÝŸ', 'zźżžŹŻŽ'
        ]) as accented
        where starts_with(accented, lower(letter))
      ), '') || ']'
    end, ''
  )
  into pattern
  from string_to_table(trim(both from regexp_replace(typed, '[\s_]+', ' ', 'g')), null) as letter;
  return pattern;
end
$$;

-- The same for a whole word or a part of an identifier.
create function private.pattern_of(letters text, is_prefix boolean) returns text
language plpgsql immutable strict parallel safe
set search_path = ''
as $$
declare
  -- The boundary between two parts of an identifier.
  edge constant text := '(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[a-zA-Z])(?=[0-9])';
begin
  return '(?:(?<![[:alnum:]])|' || edge || ')' || letters
    || case when is_prefix then '[[:alnum:]]*' else '(?:(?![[:alnum:]])|' || edge || ')' end;
end
$$;

-- `is_hidden`: for hidden documents, whose index must not be asked for prefixes. It would collect those of all
-- sessions, and the time would reveal how many there are.
create function private.read_query(typed text, is_hidden boolean) returns private.search_query
language plpgsql stable
set search_path = ''
as $$
declare
  sought private.search_query;
  term record;
  wholes text;
  parts text;
  is_prefix boolean;
  is_dense boolean;
  letters text;
  share real;
  common private.common_words := private.read_common_words();
  phrase tsquery;
  words tsquery;
begin
  sought.share := 1;
  sought.patterns := '{}';
  sought.letters := '{}';
  sought.starts := '{}';
  for term in
    select
      token[1] is not null as is_excluded,
      coalesce(token[2], rtrim(token[4], '*')) as typed,
      coalesce('*' in (right(token[2], 1), token[3], right(token[4], 1)), false) as is_prefix
    from regexp_matches(
      translate(typed, '“”„', '"""'), '(-(?![-\s]))?(?:"([^"]*)(?:"(\*)?|$)|([^\s"]+))', 'g'
    ) as token
  loop
    wholes := rtrim(private.whole_words(term.typed));
    parts := rtrim(private.parts_of_words(wholes));
    is_prefix := term.is_prefix;
    is_dense := parts ~ '\mzq[a-p]{5}';
    if parts ~ '\mzq[a-p]{10}\s+zq[a-p]{5}$' then
      -- The text after the last letter is unknown: the pair with the letter before is enough.
      wholes := left(wholes, -8);
      parts := left(parts, -8);
    elsif parts ~ '\mzq[a-p]{5}$' then
      is_prefix := true;
    end if;

    phrase := private.tsquery_of(parts, true, is_prefix);
    words := private.tsquery_of(parts, false, is_prefix);
    if numnode(phrase) = 0 then
      continue;
    end if;
    if parts <> wholes then
      phrase := phrase || private.tsquery_of(replace(wholes, '_', ''), true, is_prefix);
      words := words || private.tsquery_of(replace(wholes, '_', ''), false, is_prefix);
    end if;
    if term.is_excluded then
      sought.whole := coalesce(sought.whole && !! phrase, !! phrase);
      continue;
    end if;
    sought.whole := coalesce(sought.whole && phrase, phrase);
    sought.wanted := coalesce(sought.wanted && words, words);
    -- The first words are enough to find and mark the place.
    share := 1;
    if cardinality(sought.letters) < 8 then
      letters := private.letters_of(term.typed);
      sought.letters := sought.letters || letters;
      sought.starts := sought.starts || lower(substring(parts from '[a-zA-Z0-9]+') collate "C");
      sought.patterns := sought.patterns
        || case when is_dense then letters else private.pattern_of(letters, is_prefix) end;
      share := (
        select min(private.share_of_word(common, lower(word), is_prefix and n = count))
        from (
          select word, row_number() over () as n, count(*) over () as count
          from regexp_split_to_table(parts, '[\s_]+') as word
          where word <> ''
        ) said
        where n <= 8 or n = count
      );
      if parts <> wholes then
        share := share + private.share_of_word(common, lower(replace(trim(wholes), '_', '')), is_prefix);
      end if;
    end if;
    sought.share := least(sought.share, share);
    -- The index collects all documents of a prefix before it returns one. A frequent prefix has enough of them in any
    -- window.
    if not is_prefix or (share < 0.03 and not is_hidden) then
      sought.indexed := coalesce(sought.indexed && words, words);
    end if;
  end loop;
  return sought;
end
$$;
