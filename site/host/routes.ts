/**
 * The dynamic routes: addresses without a built file of their own. All addresses of a route show one shell page, which
 * reads the rest of its address itself. `_redirects`, `vercel.json`, the servers and the README's table use this list.
 */
export interface DynamicRoute {
  /** The shell page: `/watch` is built as `watch/index.html`. */
  page: `/${string}`;
  /** The parts of the address below the page. Only the first part is required. */
  parameters: readonly string[];
  shows: string;
  /** Other sites may frame the page. */
  isEmbeddable: boolean;
}

export const dynamicRoutes: readonly DynamicRoute[] = [
  {
    page: "/watch",
    parameters: ["agent", "session"],
    shows: "The stage of an agent or of one session",
    isEmbeddable: false,
  },
  {
    page: "/embed",
    parameters: ["agent", "session"],
    shows: "The same for a frame on another page",
    isEmbeddable: true,
  },
  {
    page: "/agents",
    parameters: ["agent"],
    shows: "An agent's profile, figures and sessions",
    isEmbeddable: false,
  },
];

/** The page of an address: `/watch` for `/watch/ada/`, `/search` for `/search/index.html`, `/` for the lobby. */
export function pageOf(pathname: string): string {
  const plain = pathname.replace(/(?:\/index)?\.html$/, "").replace(/\/$/, "");
  const route = dynamicRoutes.find(({ page }) => plain.startsWith(`${page}/`));
  const values = route ? plain.slice(route.page.length + 1).split("/") : [];
  const isShell = route && values.length <= route.parameters.length && !values.includes("");
  return isShell ? route.page : plain || "/";
}

export const isEmbeddable = (pathname: string): boolean =>
  dynamicRoutes.some(
    (route) =>
      route.isEmbeddable && (pathname === route.page || pathname.startsWith(`${route.page}/`)),
  );

/**
 * `_redirects` of Cloudflare and Netlify. The target is the folder, because Cloudflare redirects `/watch/index.html` to
 * `/watch/`, takes that for a loop and drops the rule.
 */
export const redirectsFile = (): string =>
  dynamicRoutes.map(({ page }) => `${page}/*  ${page}/  200\n`).join("");

/** Rows of the README's table. */
export const routeRows = (): string[][] =>
  dynamicRoutes.map(({ page, parameters, shows, isEmbeddable }) => [
    parameters
      .map(
        (_, last) =>
          `\`${page}/${parameters
            .slice(0, last + 1)
            .map(nameOf)
            .join("/")}\``,
      )
      .join(", "),
    shows,
    isEmbeddable ? "anyone" : "the site itself",
  ]);

const nameOf = (parameter: string): string => `<${parameter}>`;
