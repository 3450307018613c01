/** Who a viewer is: a random id that counts them once, and the name they chat under. Kept in this browser only. */
const viewer_key = "kulti.viewer_id";
const name_key = "kulti.name";

/** Storage may be missing or refused (private windows, embedded pages): then nothing is kept. */
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

export function own_viewer_id(): string {
  const known = remembered(viewer_key);
  if (known) return known;
  const made = random_uuid();
  remember(viewer_key, made);
  return made;
}

export const own_name = (): string => remembered(name_key) ?? "";
export const keep_own_name = (name: string): void => remember(name_key, name);

/** `crypto.randomUUID` is missing on plain http pages other than localhost. */
export function random_uuid(): string {
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
