export { denoBinary } from "./functions/deno.ts";
export { type PgtapResult, runPgtap } from "./pgtap/index.ts";
export { checkPort, freePort } from "./ports.ts";
export { removeData } from "./postgres/index.ts";
export { stopOnSignal } from "./signals.ts";
export { type Stack, type StackOptions, startStack } from "./stack.ts";
