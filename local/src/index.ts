export { deno_binary } from "./functions/deno.ts";
export { type Keys, local_keys } from "./keys.ts";
export { apply_migrations, supabase_cli } from "./migrations.ts";
export { type PgtapResult, runPgtap } from "./pgtap/index.ts";
export { check_port, free_port } from "./ports.ts";
export {
  type EmbeddedPostgres,
  type PostgresOptions,
  remove_data,
  startPostgres,
} from "./postgres/index.ts";
export { proxy_to } from "./proxy.ts";
export type { Service } from "./service.ts";
export { stop_on_signal } from "./signals.ts";
export { type Stack, type StackOptions, startStack } from "./stack.ts";
