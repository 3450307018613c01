/** oEmbed 1.0 (https://oembed.com) of a session: the site's small player in a frame. */
import { card_route } from "../_shared/protocol/routes.ts";
import type { Head } from "../_shared/protocol/wire.ts";
import { card_height, card_width } from "./card.ts";
import type { OembedQuery } from "./oembed-query.ts";
import { escape_markup } from "./text.ts";
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

const [usual_width, usual_height] = [960, 600];

export function oembed_of(
  head: Head,
  { agent_id, session_id, query }: WatchAddress,
  { max_width, max_height }: OembedQuery,
  { site_url, api_url }: { site_url: string; api_url: string },
): Oembed {
  const [width, height] = [Math.min(usual_width, max_width), Math.min(usual_height, max_height)];
  const title = head.task ? `${head.agent_name}: ${head.task.title}` : head.agent_name;
  const address = [site_url, "embed", agent_id, ...(session_id ? [session_id] : [])].join("/");
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
    ([name, value]) => `${name}="${escape_markup(String(value))}"`,
  );
  // A thumbnail larger than the room there is must be left out.
  const has_room = card_width <= max_width && card_height <= max_height;
  return {
    version: "1.0",
    type: "rich",
    title,
    author_name: head.agent_name,
    author_url: `${site_url}/agents/${agent_id}`,
    provider_name: "Kulti",
    provider_url: site_url,
    html: `<iframe ${attributes.join(" ")}></iframe>`,
    width,
    height,
    ...(has_room && {
      thumbnail_url: api_url + card_route(head.session_id),
      thumbnail_width: card_width,
      thumbnail_height: card_height,
    }),
  };
}
