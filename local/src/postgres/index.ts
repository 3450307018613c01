export { remove_data } from "./cluster.ts";
export { type EmbeddedPostgres, PASSWORD, type PostgresOptions, startPostgres } from "./start.ts";
