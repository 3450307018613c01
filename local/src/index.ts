export { deno_binary } from "./functions/deno.ts";
export { type PgtapResult, runPgtap } from "./pgtap/index.ts";
export { check_port, free_port } from "./ports.ts";
export { remove_data } from "./postgres/index.ts";
export { stop_on_signal } from "./signals.ts";
export { type Stack, type StackOptions, startStack } from "./stack.ts";
