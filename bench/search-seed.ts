/**
 * Events to search in, made by the database itself: the same ones on every run. Their words follow Zipf's law (the
 * word of rank r stands in about 1/r as many events as the first), a third of them are identifiers or paths.
 */
import { Pool } from "pg";

export const agents = 40;
const eventsPerSession = 1_000;

/** Words by rank, and phrases of six that the texts are made of. */
const vocabulary = `
  create schema bench;
  -- A number in [0, 1) that depends on its arguments alone.
  create function bench.draw(n bigint, seed bigint) returns float8 language sql immutable parallel safe
  return (hashint8extended(n, seed) & 4503599627370495)::float8 / 4503599627370496;

  create table bench.words as
  select
    rank,
    case
      when rank % 7 = 0 then a || initcap(b) || initcap(c)
      when rank % 11 = 0 then a || '_' || b
      when rank % 13 = 0 then 'src/' || a || '/' || b || '.ts'
      else a || b || case when rank > 400 then c else '' end
    end as word
  from generate_series(1, 30000) as rank, lateral (
    select
      ('{con,re,par,ser,val,map,get,set,is,the,to,file,err,run,test,build,node,lib}'::text[])[1 + rank % 18] as a,
      ('{fig,turn,se,ver,ue,ping,user,data,line,count,max,min,row,key,path,name}'::text[])[1 + rank / 18 % 16] as b,
      translate(left(md5(rank::text), 3), '0123456789', 'aeioulmnrs') as c
  ) syllables;

  create table bench.phrases as
  select phrase.n, string_agg(w.word, ' ' order by i) as words
  from generate_series(0, 49999) as phrase (n), generate_series(1, 6) as i, bench.words w
  where w.rank = floor(power(30000, bench.draw(phrase.n * 6 + i, 1)))::integer
  group by phrase.n;
  create unique index on bench.phrases (n);
  analyze bench.phrases;`;

const sessions = `
  insert into public.ai_agents (agent_id, name)
  select 'bench-search-' || n, 'Bench ' || n from generate_series(0, ${agents - 1}) as n;
  insert into public.ai_agent_sessions (id, agent_id, visibility, status, last_seq, started_at, last_event_at, active_at, ended_at)
  select
    md5('bench-search ' || n)::uuid, 'bench-search-' || n % ${agents}, 'public', 'done', ${eventsPerSession},
    start, start, start, start
  from generate_series(0, $sessions - 1) as n, lateral (select timestamptz '2026-01-01' + n * interval '8 hours') as at (start);`;

/** One session; `bygone` stands in a fifth of the older events and in no newer one. */
const session = (n: number, all: number) => `
  insert into public.ai_stream_events (session_id, seq, id, type, at, data, received_at)
  select
    md5('bench-search ${n}')::uuid, seq, seq, kind, at,
    case kind
      when 'thought' then jsonb_build_object('thought_type', 'reasoning', 'content', words)
      when 'code' then jsonb_build_object('filename', format('src/part%s/file%s.ts', n % 97, n % 13), 'action', 'write', 'content', words)
      when 'terminal' then jsonb_build_object('stream', 'stdout', 'command', 'npm run ' || n % 31, 'text', words)
      else jsonb_build_object('message', words)
    end,
    at
  from (
    select
      n, seq,
      case when n % 20 < 10 then 'thought' when n % 20 < 14 then 'code' when n % 20 < 19 then 'terminal' else 'error' end as kind,
      timestamptz '2026-01-01' + ${n} * interval '8 hours' + seq * interval '1 second' as at,
      (
        select string_agg(p.words, ' ')
        from generate_series(1, 5) as i, bench.phrases p
        where p.n = floor(bench.draw(event.n * 5 + i, 2) * 50000)::integer
      ) || case when ${n} < ${Math.floor(all * 0.4)} and n % 5 = 1 then ' bygone' else '' end as words
    from generate_series(1, ${eventsPerSession}) as seq, lateral (select ${n} * ${eventsPerSession}::bigint + seq) as event (n)
  ) made;`;

/** Fills the database unless it was filled before. Resolves with the number of seconds it took. */
export async function seed(dbUrl: string, events: number): Promise<number> {
  const started = performance.now();
  const all = Math.ceil(events / eventsPerSession);
  const database = new Pool({ connectionString: dbUrl, max: 2 });
  try {
    const present = await database.query("select from pg_namespace where nspname = 'bench'");
    if (present.rowCount === 1) return 0;
    await database.query(`${vocabulary} ${sessions.replace("$sessions", String(all))}`);
    // An inverted index is built four times as fast at the end.
    const inverted = await database.query<{ name: string; definition: string }>(`
      select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
      where a.amname = 'gin' and c.relkind = 'I' and c.relnamespace = 'private'::regnamespace`);
    const [words] = inverted.rows;
    if (words) await database.query(`drop index ${words.name}`);
    const left = Array.from({ length: all }, (_, n) => n).reverse();
    await Promise.all(
      [1, 2].map(async () => {
        for (let n = left.pop(); n !== undefined; n = left.pop())
          await database.query(session(n, all));
      }),
    );
    if (words) await database.query(words.definition.replace(" ON ONLY ", " ON "));
    await database.query("vacuum analyze");
  } finally {
    await database.end();
  }
  return (performance.now() - started) / 1000;
}

/** Thirty words of each kind, and pairs of words that stand beside each other. */
export async function sample(dbUrl: string) {
  const database = new Pool({ connectionString: dbUrl, max: 1 });
  try {
    const texts = async (query: string, values: unknown[] = []) => {
      const { rows } = await database.query<[string]>({ text: query, values, rowMode: "array" });
      return rows.map(([text]) => text);
    };
    const words = (from: number, to: number, form: string) =>
      texts(
        `select word from bench.words
         where rank between $1 and $2 and word ~ $3
         order by md5(word) limit 30`,
        [from, to, form],
      );
    return {
      common: await words(1, 60, "^[a-z]+$"),
      middling: await words(100, 1_000, "^[a-z]+$"),
      rare: await words(10_000, 30_000, "^[a-z]+$"),
      identifiers: await words(1, 30_000, "[A-Z_]"),
      paths: await words(1, 30_000, "/"),
      pairs: await texts(
        `select split_part(words, ' ', 2) || ' ' || split_part(words, ' ', 3)
         from bench.phrases where n % 1600 = 7 order by n`,
      ),
    };
  } finally {
    await database.end();
  }
}
