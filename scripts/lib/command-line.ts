/** The command line of an npm script: `--help`, and a refusal of arguments that the script does not know. */
export interface CommandLine {
  /** As a person types it, such as `npm test`. */
  command: string;
  /** One sentence. */
  about: string;
  /** What the arguments without a dash are, such as `file`; without it the script takes none. */
  operand?: string;
  /** By name with its dashes. */
  options?: Record<string, { value?: string; about: string }>;
}

/** Ends the process with code 0 after `--help`, and with 2 on an unknown argument. */
export function checkCommandLine(line: CommandLine, args: string[] = process.argv.slice(2)): void {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(helpText(line));
    process.exit(0);
  }
  const refusal = refusalOf(line, args);
  if (!refusal) return;
  console.error(refusal);
  process.exit(2);
}

export function helpText({ command, about, operand, options = {} }: CommandLine): string {
  const rows = [
    ...Object.entries(options).map(([name, { value, about }]) => [
      value ? `${name} <${value}>` : name,
      about,
    ]),
    ["--help", "Show this text."],
  ];
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  const usage = `Usage: ${command} -- [options]${operand ? ` [${operand} ...]` : ""}`;
  const list = rows.map(([left = "", right]) => `  ${left.padEnd(width)}  ${right}`);
  return [about, "", usage, "", ...list].join("\n");
}

/** Why the script cannot run with these arguments, or undefined if it can. */
export function refusalOf(line: CommandLine, args: string[]): string | undefined {
  const { command, operand, options = {} } = line;
  const help = `Run "${command} -- --help" to see what it accepts.`;
  const left = [...args];
  for (let arg = left.shift(); arg !== undefined; arg = left.shift()) {
    const isOption = arg.startsWith("-") && arg !== "-";
    if (!isOption && operand) continue;
    if (!isOption) return `Cannot run ${command}: it takes no argument "${arg}". ${help}`;
    const [name = "", ...rest] = arg.split("=");
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) return `Cannot run ${command}: it has no option "${name}". ${help}`;
    if (!option.value && rest.length > 0) {
      return `Cannot run ${command}: the option "${name}" takes no value. ${help}`;
    }
    if (option.value && rest.length === 0 && left.shift() === undefined) {
      return `Cannot run ${command}: the option "${name}" needs a value. ${help}`;
    }
  }
  return undefined;
}
