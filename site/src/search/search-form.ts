/** The search form: in the page's address, and as a query to the server. */
import { type EventType, eventTypes, limits, type SearchQuery } from "@kulti/protocol";

export interface SearchForm {
  text: string;
  /** Empty: any. The same for `type` and `file`. */
  agent: string;
  type: EventType | "";
  file: string;
  /** A day (`2026-11-22`), a moment in ISO 8601, or a time until now such as `7d`; empty: any. */
  from: string;
  /** A day, to its end, or a moment; empty: until now. */
  to: string;
}

export const emptyForm: SearchForm = { text: "", agent: "", type: "", file: "", from: "", to: "" };

const names = { text: "q", agent: "agent", type: "type", file: "file", from: "from", to: "to" };

/** Leaves out values that this page can't use, such as an unknown type. */
export function parseSearchForm(search: string): SearchForm {
  const params = new URLSearchParams(search);
  const value = (key: keyof SearchForm) => params.get(names[key])?.trim() ?? "";
  const type = value("type");
  const time = (key: "from" | "to") => (timestampOf(value(key), new Date(0)) ? value(key) : "");
  return {
    text: params.get(names.text) ?? "",
    agent: value("agent"),
    type: eventTypes.find((one) => one === type) ?? "",
    file: value("file"),
    from: time("from"),
    to: time("to"),
  };
}

/** The part of the address behind the path, `?q=…`; empty for an empty form. */
export function formatSearchForm(form: SearchForm): string {
  const params = new URLSearchParams();
  for (const key of Object.keys(names) as (keyof SearchForm)[]) {
    if (form[key].trim() !== "") params.set(names[key], form[key].toWellFormed());
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

export const isNarrowed = ({ agent, type, file, from, to }: SearchForm): boolean =>
  [agent, type, file, from, to].some((value) => value.trim() !== "");

/** Null if the form has nothing to search for. */
export function queryOf(form: SearchForm, now: Date): SearchQuery | null {
  const query = clean(form.text);
  if (query === "") return null;
  const filters = {
    agent_id: clean(form.agent).toLowerCase(),
    type: form.type,
    filename: clean(form.file),
    from_at: timestampOf(form.from, now),
    to_at: timestampOf(form.to, now, true),
  };
  const set = Object.entries(filters).filter(([, value]) => value !== "" && value !== undefined);
  return { query, ...Object.fromEntries(set) };
}

/** The same text with a prefix search for its last word; null if that is not a word or already a prefix. */
export function beginningOf(query: SearchQuery): SearchQuery | null {
  const [word = ""] = /^[\p{L}\p{N}_]{2,}/u.exec([...query.query].reverse().join("")) ?? [];
  const before = query.query.slice(0, query.query.length - word.length);
  const isQuoted = before.split('"').length % 2 === 0;
  const isExcluded = /(^|\s)-\S*$/.test(before);
  return word !== "" && !isQuoted && !isExcluded ? { ...query, query: `${query.query}*` } : null;
}

/** The reason not to ask the server, or null. */
export function refusalOf({ query }: SearchQuery): string | null {
  const bytes = new TextEncoder().encode(query).length;
  if (bytes <= limits.search_query_bytes) return null;
  const [size, limit] = [bytes, limits.search_query_bytes].map((one) => one.toLocaleString("en"));
  return `Cannot search: the query is ${size} bytes long, the limit is ${limit}.`;
}

/** Removes control characters and lone surrogates: Postgres does not store them. */
const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ")
    .trim();

const unitMs = { h: 3_600_000, d: 86_400_000 };

/** ISO 8601; undefined if the text is not a time. Days are in the viewer's time zone. */
export function timestampOf(text: string, now: Date, isEnd = false): string | undefined {
  const [, count, unit] = /^(\d{1,4})([hd])$/.exec(text) ?? [];
  if (count) return new Date(+now - Number(count) * unitMs[unit as "h" | "d"]).toISOString();
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  if (!isDay && !/^\d{4}-\d\d-\d\dT/.test(text)) return undefined;
  const time = Date.parse(isDay ? `${text}T${isEnd ? "23:59:59.999" : "00:00:00"}` : text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
