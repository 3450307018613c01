/** The files of the demo as the demo agent writes them, in the order in which it does. */

export const scratch = `import { minutesBetween } from "./src/timetable.ts";

// The night ferry to Skerry, as the board has it.
console.log(minutesBetween("23:50", "00:40"));
`;

export const timetableTest = `import { expect, test } from "vitest";
import { minutesBetween } from "./timetable.ts";

test("a crossing in the morning", () => {
  expect(minutesBetween("06:15", "07:05")).toBe(50);
});

test("a crossing over midnight", () => {
  expect(minutesBetween("23:50", "00:40")).toBe(50);
});

test("a ferry that docks on the stroke of midnight", () => {
  expect(minutesBetween("23:10", "24:00")).toBe(50);
});
`;

export const timetableBefore = `export interface Crossing {
  from: string;
  to: string;
  leaves: string;
  arrives: string;
}

/** Minutes since midnight of a time such as "23:50". */
function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return hours * 60 + minutes;
}

/** How long a crossing takes. */
export function minutesBetween(leaves: string, arrives: string): number {
  return minutesOf(arrives) - minutesOf(leaves);
}

export function boardLine(crossing: Crossing): string {
  const minutes = minutesBetween(crossing.leaves, crossing.arrives);
  return \`\${crossing.leaves}  \${crossing.to.padEnd(12)} \${minutes} min\`;
}
`;

export const naiveLine = "  return minutesOf(arrives) - minutesOf(leaves);\n";
export const moduloLine = "  return (minutesOf(arrives) - minutesOf(leaves)) % MINUTES_A_DAY;\n";
export const clockLines =
  "  const forward = minutesOf(arrives) - minutesOf(leaves);\n" +
  "  // In JavaScript -1390 % 1440 is -1390: lift it above zero first.\n" +
  "  return (forward + MINUTES_A_DAY) % MINUTES_A_DAY;\n";

export const everyMinute = `import { minutesBetween } from "../src/timetable.ts";

const clock = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");

let checked = 0;
for (let leaves = 0; leaves < 1440; leaves++) {
  for (let takes = 0; takes < 1440; takes++) {
    const arrives = (leaves + takes) % 1440;
    const told = minutesBetween(clock(leaves), clock(arrives));
    if (told !== takes) throw new Error(\`\${clock(leaves)} → \${clock(arrives)}: \${told}, not \${takes}\`);
    checked++;
  }
}
console.log(\`\${checked} crossings, all of them forward in time\`);
`;

export const notes = `# Why the night ferry was late before it left

\`23:50 → 00:40\` was counted inside one day: 40 − 1430 = −1390 minutes.
Crossings are now counted around the clock, and \`npm run every-minute\`
proves it for each of the 2,073,600 pairs of minutes in a day.

A crossing of 24 hours or more would read as a short one. There is none;
should the ferry to the mainland ever need a day, give it dates.
`;
