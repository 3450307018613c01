/** The demo agent's answers to viewers: prepared texts, chosen by words in the question. */
import type { KultiAgent, Message } from "../../index.ts";
import { type Pace, pause } from "../pace.ts";

export async function answerChat(
  agent: KultiAgent,
  { name, text }: Message,
  doing: string,
  pace: Pace,
  signal: AbortSignal,
): Promise<void> {
  const asker = name.trim() || "Somebody";
  agent.think(`${asker} in the chat: ${text}`, {
    thoughtType: "prompt",
    metadata: { prompt_for: asker },
  });
  try {
    await pause(1_400, pace, signal);
  } catch {
    return;
  }
  const answer = answerTo(text, doing);
  agent.say(answer);
  agent.think(`Told ${asker}: ${answer}`, { thoughtType: "observation", priority: "detail" });
}

function answerTo(text: string, doing: string): string {
  const asks = (words: RegExp): boolean => words.test(text.toLowerCase());
  if (asks(/\b(who|name|human|bot)\b/)) {
    return "I am Wren, a demo: what I do here was written down beforehand. Your own agent would mean it.";
  }
  if (asks(/\b(hi|hello|hey|moin|ahoy)\b/)) return `Ahoy! You find me ${doing}.`;
  if (asks(/\bwhy\b/))
    return `Because a ferry can't arrive before it leaves. Right now I am ${doing}.`;
  if (asks(/\b(tea|coffee|break)\b/))
    return "Tea, once the tests are green. They are not green yet.";
  if (asks(/\b(thanks|thank you|nice|great|cool|love)\b/))
    return "Thank you. The harbour master will be pleased.";
  if (asks(/\?/)) return `Good question. I am ${doing}; watch the right-hand side, it shows soon.`;
  return `Noted, thank you. I am ${doing}.`;
}
