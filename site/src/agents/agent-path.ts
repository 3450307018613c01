/** `/agents/<agent>`; null if the path names no agent. */
export function agentOf(pathname: string): string | null {
  const [, , segment] = pathname.split("/");
  try {
    return decodeURIComponent(segment ?? "") || null;
  } catch {
    return segment ?? null;
  }
}
