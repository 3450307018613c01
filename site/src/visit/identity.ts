/** A viewer's identity: a random id that counts them once, and their chat name. Kept only in this browser. */
const viewerKey = "kulti.viewer_id";
const nameKey = "kulti.name";

/** Storage may be missing or refused (private windows, embedded pages); then the page keeps nothing. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}

export function ownViewerId(): string {
  const known = remembered(viewerKey);
  if (known) return known;
  const made = randomUuid();
  remember(viewerKey, made);
  return made;
}

export const ownName = (): string => remembered(nameKey) ?? "";
export const keepOwnName = (name: string): void => remember(nameKey, name);

/** `crypto.randomUUID` is missing on plain http pages other than localhost. */
export function randomUuid(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
