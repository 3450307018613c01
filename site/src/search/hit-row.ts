/** Writes hits into the page. Their text stays text, never HTML. */
import type { SearchHit } from "@kulti/protocol";
import { element, make } from "../frame/element.ts";
import { handleBeside } from "../text/handle.ts";
import { initialsOf } from "../text/initials.ts";
import { clockText, dateAndClockText, dayText } from "../text/time.ts";
import type { HitGroup } from "./groups.ts";
import {
  addressOf,
  beginsWithCommand,
  labelOf,
  linesOf,
  placeOf,
  type SnippetLine,
  styleOf,
} from "./hit.ts";

export function makeGroup(group: HitGroup): HTMLElement {
  const { hits, key } = group;
  const section = clone("hit-group");
  section.dataset.key = key;
  const [hit] = hits;
  if (!hit) return section;
  part(section, ".avatar").textContent = initialsOf(hit.agent_name);
  const name = part(section, ".group-name");
  name.textContent = hit.agent_name;
  name.title = hit.agent_id;
  part(section, ".group-handle").textContent = handleBeside(hit.agent_name, hit.agent_id);
  const link = part(section, ".group-session") as HTMLAnchorElement;
  link.href = `/watch/${hit.agent_id}/${hit.session_id}`;
  link.textContent = `${dayText(hit.session_started_at)} ${clockText(hit.session_started_at)}`;
  link.title = `The session that began ${dateAndClockText(hit.session_started_at)}`;
  const only = part(section, ".group-only");
  only.dataset.agentId = hit.agent_id;
  only.setAttribute("aria-label", `Only this agent: ${hit.agent_name} (${hit.agent_id})`);
  return section;
}

export function makeHit(hit: SearchHit): HTMLLIElement {
  const row = clone("hit") as HTMLLIElement;
  const link = part(row, "a") as HTMLAnchorElement;
  link.href = addressOf(hit);
  link.dataset.style = styleOf(hit);
  const time = part(row, "time") as HTMLTimeElement;
  time.dateTime = hit.at;
  time.textContent = new Date(hit.at).toLocaleTimeString(undefined, { timeStyle: "medium" });
  time.title = `Open the replay at ${dateAndClockText(hit.at)}`;
  const label = labelOf(hit);
  link.dataset.kind = label;
  part(row, ".hit-word").textContent = label;
  const { folder, base } = placeOf(hit);
  part(row, ".hit-folder").textContent = folder;
  part(row, ".hit-base").textContent = base;
  const icon = document.querySelector<HTMLTemplateElement>(
    `template[data-icon="${CSS.escape(label)}"]`,
  );
  part(row, ".hit-icon").replaceChildren(...(icon ? [icon.content.cloneNode(true)] : []));
  const snippet = part(row, ".hit-snippet");
  snippet.dataset.isCommand = String(beginsWithCommand(hit));
  snippet.append(...linesOf(hit).map(makeLine));
  return row;
}

function makeLine({ number, parts }: SnippetLine): HTMLElement {
  const line = make("span", number === null ? "" : "hit-code-line");
  if (number !== null) line.dataset.line = String(number);
  line.append(...parts.map(({ text, isMatch }) => (isMatch ? make("mark", "", text) : text)));
  return line;
}

const clone = (template: string): HTMLElement =>
  element(template, HTMLTemplateElement).content.firstElementChild?.cloneNode(true) as HTMLElement;

const part = (row: HTMLElement, selector: string): HTMLElement =>
  row.querySelector(selector) as HTMLElement;
