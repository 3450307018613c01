/** `/agents/<agent>`; null where the path names none. */
export function agent_of(pathname: string): string | null {
  const [, , segment] = pathname.split("/");
  try {
    return decodeURIComponent(segment ?? "") || null;
  } catch {
    return segment ?? null;
  }
}
