/** The shell's commands to ask a question and to tell how it was answered. */
import { type Command, textFlag, UsageError } from "../command.ts";
import { verbCommand } from "./verb.ts";

export const questionVerbs: Command[] = [
  verbCommand({
    name: "question",
    aliases: ["q"],
    usage: "<text> [option…]",
    summary:
      "Show a question: one of the options, free words where there are none, or with --approval a yes or no. Prints its question_id and does not wait for the answer.",
    options: {
      approval: { type: "boolean", help: "ask for approval of --detail" },
      detail: { type: "string", help: "the exact command or change" },
      id: { type: "string", help: "question_id; default: a new one" },
    },
    examples: [
      'kulti question "Rebase or merge?" Rebase Merge',
      'kulti question "Delete the branch?" --approval --detail "git push origin :old"',
    ],
    send(agent, { args, flags }) {
      const [text, ...labels] = args;
      if (!text?.trim()) throw new UsageError("give a text");
      const [id, detail] = [textFlag(flags, "id"), textFlag(flags, "detail")];
      const options = labels.map((label, index) => ({ id: `${index + 1}`, label }));
      const questionId = agent.question({
        ...(id && { question_id: id }),
        kind: flags.approval === true ? "approval" : options.length > 0 ? "choice" : "text",
        text,
        ...(options.length > 0 && { options }),
        ...(detail && { detail }),
      });
      return { question_id: questionId };
    },
  }),
  verbCommand({
    name: "answer",
    usage: "<question-id> --option <id> | --text <text>",
    summary: "Show how a question was answered on this machine; the first answer counts.",
    options: {
      option: {
        type: "string",
        help: "id of the option: 1 for the first of kulti question, approve or deny for an approval",
      },
      text: { type: "string", help: "the answer in words, or a comment on the option" },
    },
    examples: [
      'id=$(kulti question "Rebase or merge?" Rebase Merge)',
      'kulti answer "$id" --option 1',
      'kulti answer "$id" --text "Merge, then push"',
    ],
    send(agent, { args, flags }) {
      const [id, ...rest] = args;
      if (!id?.trim() || rest.length > 0) throw new UsageError("give one question id");
      const [option, text] = [textFlag(flags, "option"), textFlag(flags, "text")];
      if (!option?.trim() && !text?.trim()) throw new UsageError("give --option or --text");
      agent.answer({
        question_id: id,
        by: "local",
        ...(option && { option }),
        ...(text && { text }),
      });
    },
  }),
];
