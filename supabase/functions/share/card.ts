/** The picture that stands for a session where its link is shown: who, what, and the latest thought. */
import { grouped } from "../_shared/protocol/text.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import {
  balanced,
  escape_markup,
  initials_of,
  is_right_to_left,
  plain_line,
  text_width_em,
  wrap,
} from "./text.ts";

export const card_width = 1_200;
export const card_height = 630;

const margin = 72;
const inner_width = card_width - 2 * margin;

/** Written before what is drawn over it; no font travels with the picture. */
const style = `
text { font-family: Geist, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", "Noto Color Emoji", sans-serif; fill: #edece8; font-variant-numeric: tabular-nums; }
.muted { fill: #a5a39c; } .faint { fill: #85837d; } .soft { fill: #cfcdc7; } .live { fill: #ff6b45; } .strong { font-weight: 600; }`;

export function draw_card(head: Head): string {
  const name = plain_line(head.agent_name) || head.agent_id;
  const title = plain_line(head.task?.title ?? "") || `${name} on stage`;
  const latest = plain_line(head.latest ?? "");
  const { size, lines, thought } = fitted(title, latest);
  const title_height = lines.length * size * title_leading;
  const thought_height = thought.length > 0 ? thought_gap + thought.length * thought_line : 0;
  const top = stage_top + (stage_height - title_height - thought_height) / 2;
  const thought_top = top + title_height + thought_gap;
  const is_rtl = is_right_to_left(latest);
  const description = escape_markup([name, status_of(head).word, title].join(" · "));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${card_width}" height="${card_height}" viewBox="0 0 ${card_width} ${card_height}" role="img" aria-label="${description}">
<title>${description}</title>
<style>${style}</style>
<rect width="100%" height="100%" fill="#0f1012"/>
${identity(head, name)}
${paragraph(lines, is_right_to_left(title), { x: margin, y: top, width: inner_width, size, line: size * title_leading, look: "strong" })}
${thought.length > 0 ? rule(is_rtl, thought_top, thought.length) : ""}
${paragraph(thought, is_rtl, { x: is_rtl ? margin : margin + indent, y: thought_top, width: inner_width - indent, size: thought_size, line: thought_line, look: "soft" })}
${figures(head)}
</svg>
`;
}

/** The room between the header and the figures, which title and thought share. */
const stage_top = 158;
const stage_height = 340;
const title_leading = 1.18;
const thought_size = 28;
const thought_line = 40;
const thought_gap = 34;
/** Of the thought, behind its rule. */
const indent = 28;
/** Bold letters are wider. */
const bold = 1.15;

interface Fitted {
  size: number;
  lines: string[];
  thought: string[];
}

/** The largest title that is whole and leaves room for some of the thought; the smallest is cut. */
function fitted(title: string, latest: string): Fitted {
  const wanted = latest === "" ? 0 : latest.length > 60 ? 2 : 1;
  for (const size of [68, 60, 52, 44]) {
    const most_lines = size === 44 ? 4 : 3;
    const lines = balanced(title, inner_width / size / bold, most_lines);
    const room = stage_height - lines.length * size * title_leading - thought_gap;
    const most_thought_lines = Math.min(3, Math.floor(room / thought_line));
    const is_whole = !lines.at(-1)?.endsWith("…") || title.endsWith("…");
    if (size > 44 && (!is_whole || most_thought_lines < wanted)) continue;
    const thought = wrap(latest, (inner_width - indent) / thought_size, most_thought_lines);
    return { size, lines, thought };
  }
  return { size: 44, lines: [], thought: [] };
}

interface Place {
  x: number;
  y: number;
  width: number;
  size: number;
  line: number;
  look: string;
}

/** `y` is the top of the first line. */
function paragraph(lines: readonly string[], is_rtl: boolean, place: Place): string {
  const { x, y, width, size, line, look } = place;
  const direction = is_rtl ? ' direction="rtl"' : "";
  return lines
    .map((text, index) => {
      const baseline = Math.round(y + (index + 0.5) * line + size * 0.36);
      const at = `x="${is_rtl ? x + width : x}" y="${baseline}"`;
      return `<text ${at}${direction} class="${look}" font-size="${size}">${escape_markup(text)}</text>`;
    })
    .join("\n");
}

/** The thin line that a thought has on the stage, at the side where its text begins. */
function rule(is_rtl: boolean, top: number, lines: number): string {
  const x = is_rtl ? card_width - margin - 3 : margin;
  const [y, height] = [Math.round(top + 3), lines * thought_line - 6];
  return `<rect x="${x}" y="${y}" width="3" height="${height}" fill="#42454c"/>`;
}

function identity(head: Head, name: string): string {
  const { word, is_live } = status_of(head);
  const status_width = text_width_em(word) * 26 * bold + (is_live ? 36 : 0);
  const [shown = ""] = wrap(name, (inner_width - 84 - status_width - 40) / 32 / bold, 1);
  const right = card_width - margin;
  const dot = is_live ? '<tspan font-size="20">●</tspan>\u00a0\u00a0' : "";
  return `<rect x="${margin}" y="68" width="60" height="60" rx="12" fill="#1f2125"/>
<text x="${margin + 30}" y="107" text-anchor="middle" class="muted strong" font-size="24">${escape_markup(initials_of(name))}</text>
<text x="${margin + 84}" y="95" class="strong" font-size="32">${escape_markup(shown)}</text>
<text x="${margin + 84}" y="126" class="faint" font-size="22">${escape_markup(head.agent_id)}</text>
<text x="${right}" y="107" text-anchor="end" class="${is_live ? "live strong" : "muted"}" font-size="26">${dot}${escape_markup(word)}</text>`;
}

function status_of({ live, status, ended_at }: Head): { word: string; is_live: boolean } {
  if (live) return { word: status === "live" ? "LIVE" : `LIVE · ${status}`, is_live: true };
  return { word: ended_at === null && status !== "done" ? "idle" : status, is_live: false };
}

function figures(head: Head): string {
  const { thoughts, code, terminal, errors } = head.counts;
  const words = [
    counted(thoughts, "thought"),
    counted(code, "change"),
    counted(terminal, "terminal line"),
    ...(errors > 0 ? [counted(errors, "error")] : []),
    elapsed_text(Date.parse(head.ended_at ?? head.last_event_at) - Date.parse(head.started_at)),
  ];
  return `<rect x="${margin}" y="532" width="${inner_width}" height="1" fill="#2a2c31"/>
<text x="${margin}" y="580" class="muted" font-size="24">${words.join("   ·   ").replaceAll(" ", "\u00a0")}</text>
<text x="${card_width - margin}" y="580" text-anchor="end" class="strong" font-size="24">Kulti</text>`;
}

const counted = (count: number, word: string): string =>
  `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

/** `48 s`, `12 min`, `1 h 12 min`. */
function elapsed_text(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000)) || 0;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
