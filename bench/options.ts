/** The scenarios and loads to measure, from the command line. */
import { parseArgs } from "node:util";

export const scenarioNames = ["latency", "ingest", "search", "stage", "redact"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

const options = {
  viewers: { type: "string", default: "100" },
  rate: { type: "string", default: "10" },
  seconds: { type: "string", default: "20" },
  events: { type: "string", default: "1000000" },
  json: { type: "boolean", default: false },
} as const;

/** Ends the process with a message on invalid arguments. */
export function readOptions(args: string[]) {
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const number = (name: "viewers" | "rate" | "seconds" | "events"): number => {
      const value = Number(values[name]);
      if (!(value > 0) || value === Infinity) {
        throw new Error(`--${name} is ${values[name]}; expected a number over 0.`);
      }
      return value;
    };
    return {
      names: positionals.length > 0 ? positionals.map(scenarioOf) : scenarioNames,
      isJson: values.json,
      viewers: number("viewers"),
      rate: number("rate"),
      seconds: number("seconds"),
      events: number("events"),
    };
  } catch (error) {
    console.error(`Cannot measure: ${(error as Error).message}`);
    console.error(
      `npm run bench -- [${scenarioNames.join("|")} …] [--viewers 100] [--rate 10] [--seconds 20] [--events 1000000] [--json]`,
    );
    process.exit(2);
  }
}

function scenarioOf(name: string): ScenarioName {
  const known = scenarioNames.find((one) => one === name);
  if (!known) throw new Error(`there is no "${name}".`);
  return known;
}
