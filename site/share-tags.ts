/** What a page says of itself to those who show its link: OpenGraph, Twitter's card and oEmbed's address. */
import { card_route, routes } from "@kulti/protocol/routes.ts";
import type { Head } from "@kulti/protocol/wire.ts";

export interface SharedPage {
  title: string;
  description: string;
  /** Absolute, as all addresses here: those who read them know no base. */
  url: string;
  /** The best first. */
  images: readonly { url: string; type: string }[];
  oembed_url?: string;
}

export interface Places {
  site_url: string;
  api_url: string;
}

/** The picture of the house, for pages that have none of their own and for readers that draw no SVG. */
export const house_picture = "/og.png";

const picture_size = [
  ["og:image:width", "1200"],
  ["og:image:height", "630"],
] as const;

const [longest_title, longest_description] = [120, 240];

/** @param pathname The page's own, as it was asked for. */
export function session_page(
  head: Head,
  pathname: string,
  { site_url, api_url }: Places,
): SharedPage {
  const name = one_line(head.agent_name, longest_title) || head.agent_id;
  const task = one_line(head.task?.title ?? "", longest_title);
  const url = site_url + pathname;
  return {
    title: task ? `${name}: ${task}` : `${name} on Kulti`,
    description:
      one_line(head.latest ?? "", longest_description) || `Watch ${name} at work, live or again.`,
    url,
    images: [
      { url: api_url + card_route(head.session_id), type: "image/svg+xml" },
      { url: site_url + house_picture, type: "image/png" },
    ],
    oembed_url: `${api_url}${routes.oembed}?format=json&url=${encodeURIComponent(url)}`,
  };
}

export function share_tags({ title, description, url, images, oembed_url }: SharedPage): string {
  const png = images.find(({ type }) => type === "image/png");
  const properties = [
    ["og:site_name", "Kulti"],
    ["og:type", "website"],
    ["og:title", title],
    ["og:description", description],
    ["og:url", url],
    ...images.flatMap((image) => [
      ["og:image", image.url],
      ["og:image:type", image.type],
      ...picture_size,
    ]),
  ];
  const names = [
    ["description", description],
    ["twitter:card", "summary_large_image"],
    ["twitter:title", title],
    ["twitter:description", description],
    ...(png ? [["twitter:image", png.url]] : []),
  ];
  return [
    `<title>${escape_html(title)}</title>`,
    ...properties.map(
      ([key = "", value = ""]) => `<meta property="${key}" content="${escape_html(value)}">`,
    ),
    ...names.map(
      ([key = "", value = ""]) => `<meta name="${key}" content="${escape_html(value)}">`,
    ),
    `<link rel="canonical" href="${escape_html(url)}">`,
    ...(oembed_url
      ? [
          `<link rel="alternate" type="application/json+oembed" title="${escape_html(title)}" href="${escape_html(oembed_url)}">`,
        ]
      : []),
  ].join("\n");
}

const general_tags =
  /<title>[^<]*<\/title>|<meta (?:property="og:|name="(?:twitter:|description"))[^<>]*>/g;

/** The shell with what it says in general taken out, and what this page has to say put in. */
export function with_share_tags(html: string, page: SharedPage): string {
  // As a function: in a replacement text `$&` and its kin would be read as orders.
  return html.replace(general_tags, "").replace("</head>", () => `${share_tags(page)}\n</head>`);
}

/** Without line breaks, control characters and marks that turn the direction of what follows. */
function one_line(text: string, longest: number): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\s\u2028\u2029]+/gu, " ")
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .trim();
  const characters = [...line];
  return characters.length <= longest
    ? line
    : `${characters
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`;
}

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape_html = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => escapes[found] ?? "");
