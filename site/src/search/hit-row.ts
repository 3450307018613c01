/** Writes hits into the page. Their text only ever becomes text. */
import type { SearchHit } from "@kulti/protocol";
import { element, make } from "../frame/element.ts";
import { handle_beside } from "../player/handle.ts";
import { initials_of } from "../player/initials.ts";
import { clock_text, date_and_clock_text, day_text } from "../player/time.ts";
import {
  address_of,
  begins_with_command,
  dress_of,
  lines_of,
  place_of,
  type SnippetLine,
  word_of,
} from "./dress.ts";
import type { HitGroup } from "./groups.ts";

export function make_group(group: HitGroup): HTMLElement {
  const { hits, key } = group;
  const section = clone("hit-group");
  section.dataset.key = key;
  const [hit] = hits;
  if (!hit) return section;
  part(section, ".avatar").textContent = initials_of(hit.agent_name);
  const name = part(section, ".group-name");
  name.textContent = hit.agent_name;
  name.title = hit.agent_id;
  part(section, ".group-handle").textContent = handle_beside(hit.agent_name, hit.agent_id);
  const link = part(section, ".group-session") as HTMLAnchorElement;
  link.href = `/watch/${hit.agent_id}/${hit.session_id}`;
  link.textContent = `${day_text(hit.session_started_at)} ${clock_text(hit.session_started_at)}`;
  link.title = `The session that began ${date_and_clock_text(hit.session_started_at)}`;
  const only = part(section, ".group-only");
  only.dataset.agentId = hit.agent_id;
  only.setAttribute("aria-label", `Only this agent: ${hit.agent_name} (${hit.agent_id})`);
  return section;
}

export function make_hit(hit: SearchHit): HTMLLIElement {
  const row = clone("hit") as HTMLLIElement;
  const link = part(row, "a") as HTMLAnchorElement;
  link.href = address_of(hit);
  link.dataset.dress = dress_of(hit);
  const time = part(row, "time") as HTMLTimeElement;
  time.dateTime = hit.at;
  time.textContent = new Date(hit.at).toLocaleTimeString(undefined, { timeStyle: "medium" });
  time.title = `Open the replay at ${date_and_clock_text(hit.at)}`;
  const word = word_of(hit);
  link.dataset.kind = word;
  part(row, ".hit-word").textContent = word;
  const { folder, base } = place_of(hit);
  part(row, ".hit-folder").textContent = folder;
  part(row, ".hit-base").textContent = base;
  const icon = document.querySelector<HTMLTemplateElement>(
    `template[data-icon="${CSS.escape(word)}"]`,
  );
  part(row, ".hit-icon").replaceChildren(...(icon ? [icon.content.cloneNode(true)] : []));
  const snippet = part(row, ".hit-snippet");
  snippet.dataset.isCommand = String(begins_with_command(hit));
  snippet.append(...lines_of(hit).map(make_line));
  return row;
}

function make_line({ number, parts }: SnippetLine): HTMLElement {
  const line = make("span", number === null ? "" : "hit-code-line");
  if (number !== null) line.dataset.line = String(number);
  line.append(...parts.map(({ text, is_match }) => (is_match ? make("mark", "", text) : text)));
  return line;
}

const clone = (template: string): HTMLElement =>
  element(template, HTMLTemplateElement).content.firstElementChild?.cloneNode(true) as HTMLElement;

const part = (row: HTMLElement, selector: string): HTMLElement =>
  row.querySelector(selector) as HTMLElement;
