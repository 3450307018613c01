/** The picture of a session for link previews: agent, task and latest thought. */
import { grouped } from "../_shared/protocol/text.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import {
  balanced,
  escapeMarkup,
  initialsOf,
  isRightToLeft,
  plainLine,
  textWidthEm,
  wrap,
} from "./text.ts";

export const cardWidth = 1_200;
export const cardHeight = 630;

const margin = 72;
const innerWidth = cardWidth - 2 * margin;

/** First, because the rest is drawn over it; the picture contains no font. */
const style = `
text { font-family: Geist, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", "Noto Color Emoji", sans-serif; fill: #edece8; font-variant-numeric: tabular-nums; }
.muted { fill: #a5a39c; } .faint { fill: #85837d; } .soft { fill: #cfcdc7; } .live { fill: #ff6b45; } .strong { font-weight: 600; }`;

export function drawCard(head: Head): string {
  const name = plainLine(head.agent_name) || head.agent_id;
  const title = plainLine(head.task?.title ?? "") || `${name} on stage`;
  const latest = plainLine(head.latest ?? "");
  const { size, lines, thought } = fitted(title, latest);
  const titleHeight = lines.length * size * titleLeading;
  const thoughtHeight = thought.length > 0 ? thoughtGap + thought.length * thoughtLine : 0;
  const top = stageTop + (stageHeight - titleHeight - thoughtHeight) / 2;
  const thoughtTop = top + titleHeight + thoughtGap;
  const isRtl = isRightToLeft(latest);
  const description = escapeMarkup([name, statusOf(head).word, title].join(" · "));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${cardWidth}" height="${cardHeight}" viewBox="0 0 ${cardWidth} ${cardHeight}" role="img" aria-label="${description}">
<title>${description}</title>
<style>${style}</style>
<rect width="100%" height="100%" fill="#0f1012"/>
${identity(head, name)}
${paragraph(lines, isRightToLeft(title), { x: margin, y: top, width: innerWidth, size, line: size * titleLeading, look: "strong" })}
${thought.length > 0 ? rule(isRtl, thoughtTop, thought.length) : ""}
${paragraph(thought, isRtl, { x: isRtl ? margin : margin + indent, y: thoughtTop, width: innerWidth - indent, size: thoughtSize, line: thoughtLine, look: "soft" })}
${figures(head)}
</svg>
`;
}

/** The space between header and figures, which title and thought share. */
const stageTop = 158;
const stageHeight = 340;
const titleLeading = 1.18;
const thoughtSize = 28;
const thoughtLine = 40;
const thoughtGap = 34;
/** Indent of the thought, behind its rule. */
const indent = 28;
/** Bold letters are wider. */
const bold = 1.15;

interface Fitted {
  size: number;
  lines: string[];
  thought: string[];
}

/** The largest title that fits and leaves room for some of the thought; the smallest is cut. */
function fitted(title: string, latest: string): Fitted {
  const wanted = latest === "" ? 0 : latest.length > 60 ? 2 : 1;
  for (const size of [68, 60, 52, 44]) {
    const maxLines = size === 44 ? 4 : 3;
    const lines = balanced(title, innerWidth / size / bold, maxLines);
    const room = stageHeight - lines.length * size * titleLeading - thoughtGap;
    const maxThoughtLines = Math.min(3, Math.floor(room / thoughtLine));
    const isWhole = !lines.at(-1)?.endsWith("…") || title.endsWith("…");
    if (size > 44 && (!isWhole || maxThoughtLines < wanted)) continue;
    const thought = wrap(latest, (innerWidth - indent) / thoughtSize, maxThoughtLines);
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
function paragraph(lines: readonly string[], isRtl: boolean, place: Place): string {
  const { x, y, width, size, line, look } = place;
  const direction = isRtl ? ' direction="rtl"' : "";
  return lines
    .map((text, index) => {
      const baseline = Math.round(y + (index + 0.5) * line + size * 0.36);
      const at = `x="${isRtl ? x + width : x}" y="${baseline}"`;
      return `<text ${at}${direction} class="${look}" font-size="${size}">${escapeMarkup(text)}</text>`;
    })
    .join("\n");
}

/** The thin line beside a thought, as on the stage, at the start of its text. */
function rule(isRtl: boolean, top: number, lines: number): string {
  const x = isRtl ? cardWidth - margin - 3 : margin;
  const [y, height] = [Math.round(top + 3), lines * thoughtLine - 6];
  return `<rect x="${x}" y="${y}" width="3" height="${height}" fill="#42454c"/>`;
}

function identity(head: Head, name: string): string {
  const { word, isLive } = statusOf(head);
  const statusWidth = textWidthEm(word) * 26 * bold + (isLive ? 36 : 0);
  const [shown = ""] = wrap(name, (innerWidth - 84 - statusWidth - 40) / 32 / bold, 1);
  const right = cardWidth - margin;
  const dot = isLive ? '<tspan font-size="20">●</tspan>\u00a0\u00a0' : "";
  return `<rect x="${margin}" y="68" width="60" height="60" rx="12" fill="#1f2125"/>
<text x="${margin + 30}" y="107" text-anchor="middle" class="muted strong" font-size="24">${escapeMarkup(initialsOf(name))}</text>
<text x="${margin + 84}" y="95" class="strong" font-size="32">${escapeMarkup(shown)}</text>
<text x="${margin + 84}" y="126" class="faint" font-size="22">${escapeMarkup(head.agent_id)}</text>
<text x="${right}" y="107" text-anchor="end" class="${isLive ? "live strong" : "muted"}" font-size="26">${dot}${escapeMarkup(word)}</text>`;
}

function statusOf({ live, status, ended_at: endedAt }: Head): { word: string; isLive: boolean } {
  if (live) return { word: status === "live" ? "LIVE" : `LIVE · ${status}`, isLive: true };
  return { word: endedAt === null && status !== "done" ? "idle" : status, isLive: false };
}

function figures(head: Head): string {
  const { thoughts, code, terminal, errors } = head.counts;
  const words = [
    counted(thoughts, "thought"),
    counted(code, "change"),
    counted(terminal, "terminal line"),
    ...(errors > 0 ? [counted(errors, "error")] : []),
    elapsedText(Date.parse(head.ended_at ?? head.last_event_at) - Date.parse(head.started_at)),
  ];
  return `<rect x="${margin}" y="532" width="${innerWidth}" height="1" fill="#2a2c31"/>
<text x="${margin}" y="580" class="muted" font-size="24">${words.join("   ·   ").replaceAll(" ", "\u00a0")}</text>
<text x="${cardWidth - margin}" y="580" text-anchor="end" class="strong" font-size="24">Kulti</text>`;
}

const counted = (count: number, word: string): string =>
  `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;

/** `48 s`, `12 min`, `1 h 12 min`. */
function elapsedText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000)) || 0;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
