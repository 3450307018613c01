/**
 * What stands beside an agent's name. A name is free, so another agent may have the same; the handle is unique.
 * Empty where the name is the handle.
 */
export const handleBeside = (name: string, agentId: string): string =>
  name === agentId ? "" : agentId;
