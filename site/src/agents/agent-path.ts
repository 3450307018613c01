/** `/agents/<agent>`; null where the path names none. */
export function agentOf(pathname: string): string | null {
  const [, , segment] = pathname.split("/");
  try {
    return decodeURIComponent(segment ?? "") || null;
  } catch {
    return segment ?? null;
  }
}
