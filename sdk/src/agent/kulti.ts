/** The agent as a class, with the methods and the order of arguments of the original Kulti's client. */
import type { CodeAction, Status, ThoughtMetadata, ThoughtType } from "@kulti/protocol/event.ts";
import { createAgent } from "./client.ts";
import type { KultiAgent } from "./kulti-agent.ts";
import type { AgentOptions } from "./options.ts";

type Original =
  | ("think" | "reason" | "decide" | "observe" | "evaluate" | "context" | "tool" | "prompt")
  | ("code" | "status");

export interface Kulti extends Omit<KultiAgent, Original> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor takes the rest from the agent
export class Kulti {
  /** The same agent with the methods of `createAgent`. */
  readonly agent: KultiAgent;

  /** `options` are those of `createAgent`. Never throws. */
  constructor(agentId: string, options: Omit<AgentOptions, "agentId"> = {}) {
    this.agent = createAgent({ ...options, agentId });
    const own = Object.getOwnPropertyDescriptors(this.agent);
    for (const [name, descriptor] of Object.entries(own)) {
      if (!(name in Kulti.prototype)) Object.defineProperty(this, name, descriptor);
    }
  }

  think(text: string, type: ThoughtType = "general", metadata?: ThoughtMetadata): void {
    this.agent.think(text, { thoughtType: type, ...(metadata && { metadata }) });
  }

  reason(text: string, metadata?: ThoughtMetadata): void {
    this.think(text, "reasoning", metadata);
  }

  decide(text: string, metadata?: ThoughtMetadata): void {
    this.think(text, "decision", metadata);
  }

  observe(text: string, metadata?: ThoughtMetadata): void {
    this.think(text, "observation", metadata);
  }

  /** What was weighed, and what was chosen of it. */
  evaluate(text: string, options?: readonly string[], chosen?: string): void {
    const metadata = { ...(options && { options: [...options] }), ...(chosen && { chosen }) };
    this.think(text, "evaluation", metadata);
  }

  context(text: string, file?: string): void {
    this.think(text, "context", file === undefined ? undefined : { file });
  }

  tool(text: string, tool?: string): void {
    this.think(text, "tool", tool === undefined ? undefined : { tool });
  }

  prompt(text: string, promptFor?: string): void {
    this.think(text, "prompt", promptFor === undefined ? undefined : { prompt_for: promptFor });
  }

  /** The whole content of a file, or with `delete` its end. */
  code(filename: string, content = "", action: Exclude<CodeAction, "rename"> = "write"): void {
    if (action === "delete") this.agent.deleteFile(filename);
    else this.agent.code(filename, content, { action });
  }

  status(status: Status): void {
    this.agent.status(status);
  }

  /** The agent is on stage. */
  live(): void {
    this.agent.status("live");
  }
}
