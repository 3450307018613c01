/** What the Python client needs of the contract: lists, limits, fields and the rules of redaction as JSON; types. */

import { errorStatus } from "../errors.ts";
import {
  codeActions,
  endingStatuses,
  eventRecords,
  eventTypes,
  priorities,
  statuses,
  thoughtTypes,
} from "../event.ts";
import { answerers } from "../events/answer/event.ts";
import { questionKinds } from "../events/question/event.ts";
import { terminalStreams } from "../events/terminal/event.ts";
import { limits } from "../limits.ts";
import { nameEndings, nameForms, nameRules, quotationMarks } from "../redact/names.ts";
import { tokenRules } from "../redact/rules.ts";

export const pythonContract = () => ({
  note: "Made by npm run generate. Do not edit.",
  event_types: eventTypes,
  thought_types: thoughtTypes,
  statuses,
  ending_statuses: endingStatuses,
  error_codes: Object.keys(errorStatus),
  limits,
  fields: Object.fromEntries(eventTypes.map((type) => [type, eventRecords[type].fields])),
  redaction: { tokenRules, nameRules, nameEndings, nameForms, quotationMarks },
});

const literal = (name: string, values: readonly string[]): string =>
  `${name} = Literal[${values.map((value) => JSON.stringify(value)).join(", ")}]`;

export const pythonTypes = (): string =>
  [
    '"""Names of the contract. Made by `npm run generate`. Do not edit."""',
    "from typing import Literal",
    "",
    literal("EventType", eventTypes),
    literal("ThoughtType", thoughtTypes),
    literal("Priority", priorities),
    literal("Status", statuses),
    literal("CodeAction", codeActions),
    literal("TerminalStream", terminalStreams),
    literal("QuestionKind", questionKinds),
    literal("Answerer", answerers),
    "",
  ].join("\n");
