/** The options of `@kulti/local` under the names by which `npm start` reads them. */
const names: Record<string, string> = {
  apiPort: "KULTI_API_PORT",
  dbPort: "KULTI_DB_PORT",
  dataDir: "KULTI_DIR",
  dbUrl: "KULTI_DB_URL",
  restUrl: "KULTI_REST_URL",
  realtimeUrl: "KULTI_REALTIME_URL",
  jwtSecret: "KULTI_JWT_SECRET",
};

/** Names the environment variables where a message names options in parentheses. */
export const withEnvNames = (message: string): string =>
  message.replace(/\((\w+(?:, \w+)*)\)/g, (all, options: string) => {
    const known = options.split(", ").map((option) => names[option]);
    return known.includes(undefined) ? all : `(${known.join(", ")})`;
  });
