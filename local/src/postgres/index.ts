export { removeData } from "./cluster.ts";
export { type EmbeddedPostgres, type PostgresOptions, password, startPostgres } from "./start.ts";
