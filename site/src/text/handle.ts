/**
 * The handle to show beside an agent's name. Two agents may have the same name; the handle is unique.
 * Empty if the name is the handle.
 */
export const handleBeside = (name: string, agentId: string): string =>
  name === agentId ? "" : agentId;
