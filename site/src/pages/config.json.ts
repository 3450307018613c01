/** The address of the site's server. The build's Content-Security-Policy (`host-files.ts`) names the same address. */
import type { APIRoute } from "astro";
import { readAvatarHosts } from "../../host/avatar-hosts.ts";

/** The fixed address and key of a local Supabase stack. */
const localStack = {
  api_url: "http://127.0.0.1:54321",
  publishable_key: "sb_publishable_ACJWlzQHlZjBrEguHvfOxg_3BJgxAaH",
};

// biome-ignore lint/style/useNamingConvention: the name that Astro looks for
export const GET: APIRoute = () =>
  Response.json({
    api_url: process.env.KULTI_API_URL || localStack.api_url,
    publishable_key: process.env.KULTI_PUBLISHABLE_KEY || localStack.publishable_key,
    avatar_hosts: readAvatarHosts(),
  });
