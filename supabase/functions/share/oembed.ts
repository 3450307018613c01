/** oEmbed 1.0 (https://oembed.com) of a session: the site's small player in a frame. */
import { cardRoute } from "../_shared/protocol/routes.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import { cardHeight, cardWidth } from "./card.ts";
import type { OembedQuery } from "./oembed-query.ts";
import { escapeMarkup } from "./text.ts";
import type { WatchAddress } from "./watch-address.ts";

export interface Oembed {
  version: "1.0";
  type: "rich";
  title: string;
  author_name: string;
  author_url: string;
  provider_name: "Kulti";
  provider_url: string;
  html: string;
  width: number;
  height: number;
  thumbnail_url?: string;
  thumbnail_width?: number;
  thumbnail_height?: number;
}

const [usualWidth, usualHeight] = [960, 600];

export function oembedOf(
  head: Head,
  { agent_id: agentId, session_id: sessionId, query }: WatchAddress,
  { maxWidth, maxHeight }: OembedQuery,
  { siteUrl, apiUrl }: { siteUrl: string; apiUrl: string },
): Oembed {
  const [width, height] = [Math.min(usualWidth, maxWidth), Math.min(usualHeight, maxHeight)];
  const title = head.task ? `${head.agent_name}: ${head.task.title}` : head.agent_name;
  const address = [siteUrl, "embed", agentId, ...(sessionId ? [sessionId] : [])].join("/");
  const frame = {
    src: address + query,
    width,
    height,
    title,
    style: "border:0;max-width:100%",
    loading: "lazy",
    allow: "fullscreen",
    referrerpolicy: "strict-origin-when-cross-origin",
  };
  const attributes = Object.entries(frame).map(
    ([name, value]) => `${name}="${escapeMarkup(String(value))}"`,
  );
  // Leave out a thumbnail that is larger than the available space.
  const hasRoom = cardWidth <= maxWidth && cardHeight <= maxHeight;
  return {
    version: "1.0",
    type: "rich",
    title,
    author_name: head.agent_name,
    author_url: `${siteUrl}/agents/${agentId}`,
    provider_name: "Kulti",
    provider_url: siteUrl,
    html: `<iframe ${attributes.join(" ")}></iframe>`,
    width,
    height,
    ...(hasRoom && {
      thumbnail_url: apiUrl + cardRoute(head.session_id),
      thumbnail_width: cardWidth,
      thumbnail_height: cardHeight,
    }),
  };
}
