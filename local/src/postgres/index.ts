export { removeData } from "./cluster.ts";
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from "./start.ts";
