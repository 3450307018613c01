/** Runs a stack until it is stopped or killed: `node run-stack.ts <StackOptions as JSON>`. Says "up" when it is. */
import { startStack, stopOnSignal } from "../src/index.ts";

const stack = await startStack({
  ...JSON.parse(process.argv[2] ?? "{}"),
  log: (line) => console.error(line),
});
stopOnSignal(stack.stop);
stack.failed.then(async (error) => {
  console.error(error.message);
  await stack.stop();
  process.exit(1);
});
console.log("up");
