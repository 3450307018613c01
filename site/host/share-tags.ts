/** The tags for link previews of a page: OpenGraph, Twitter's card and oEmbed's URL. */
import { cardRoute, routes } from "@kulti/protocol/routes.ts";
import type { Head } from "@kulti/protocol/wire.ts";

export interface SharedPage {
  title: string;
  description: string;
  /** Absolute, like all URLs here, because readers of the tags know no base. */
  url: string;
  /** Best first. */
  images: readonly { url: string; type: string }[];
  oembedUrl?: string;
}

export interface Places {
  site_url: string;
  api_url: string;
}

/** The site's own picture, for pages without one and for readers that cannot draw SVG. */
export const housePicture = "/og.png";

const pictureSize = [
  ["og:image:width", "1200"],
  ["og:image:height", "630"],
] as const;

const [longestTitle, longestDescription] = [120, 240];

/** @param pathname The page's path as requested. */
export function sessionPage(
  head: Head,
  pathname: string,
  { site_url: siteUrl, api_url: apiUrl }: Places,
): SharedPage {
  const name = oneLine(head.agent_name, longestTitle) || head.agent_id;
  const task = oneLine(head.task?.title ?? "", longestTitle);
  const url = siteUrl + pathname;
  return {
    title: task ? `${name}: ${task}` : `${name} on Kulti`,
    description:
      oneLine(head.latest ?? "", longestDescription) || `Watch ${name} at work, live or in replay.`,
    url,
    images: [
      { url: apiUrl + cardRoute(head.session_id), type: "image/svg+xml" },
      { url: siteUrl + housePicture, type: "image/png" },
    ],
    oembedUrl: `${apiUrl}${routes.oembed}?format=json&url=${encodeURIComponent(url)}`,
  };
}

export function shareTags({ title, description, url, images, oembedUrl }: SharedPage): string {
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
      ...pictureSize,
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
    `<title>${escapeHtml(title)}</title>`,
    ...properties.map(
      ([key = "", value = ""]) => `<meta property="${key}" content="${escapeHtml(value)}">`,
    ),
    ...names.map(([key = "", value = ""]) => `<meta name="${key}" content="${escapeHtml(value)}">`),
    `<link rel="canonical" href="${escapeHtml(url)}">`,
    ...(oembedUrl
      ? [
          `<link rel="alternate" type="application/json+oembed" title="${escapeHtml(title)}" href="${escapeHtml(oembedUrl)}">`,
        ]
      : []),
  ].join("\n");
}

const generalTags =
  /<title>[^<]*<\/title>|<meta (?:property="og:|name="(?:twitter:|description"))[^<>]*>/g;

/** Replaces the shell's general tags with the tags of this page. */
export function withShareTags(html: string, page: SharedPage): string {
  // A function, because `replace` gives `$&` and the like in a replacement string a special meaning.
  return html.replace(generalTags, "").replace("</head>", () => `${shareTags(page)}\n</head>`);
}

/** Removes line breaks, control characters and marks that change the direction of the following text. */
function oneLine(text: string, longest: number): string {
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

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => escapes[found] ?? "");
