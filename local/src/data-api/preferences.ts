/** The Prefer header (RFC 7240) as PostgREST reads it: the first word of each kind counts. */
import { ApiError, notEmbeddedHere } from "./api-error.ts";

export interface Preferences {
  returns: "representation" | "minimal" | "headers-only" | null;
  count: "exact" | "planned" | "estimated" | null;
  resolution: "merge-duplicates" | "ignore-duplicates" | null;
  missing: "default" | "null" | null;
  handling: "strict" | "lenient" | null;
  maxAffected: number | null;
}

const known: Record<string, string[]> = {
  return: ["representation", "minimal", "headers-only"],
  count: ["exact", "planned", "estimated"],
  resolution: ["merge-duplicates", "ignore-duplicates"],
  missing: ["default", "null"],
  handling: ["strict", "lenient"],
  // Accepted and ignored: Supabase's PostgREST does not let a client choose how a transaction ends.
  tx: ["commit", "rollback"],
};

export function parsePreferences(header: string | null): Preferences {
  const words = (header ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const found = new Map<string, string>();
  const unknown: string[] = [];
  for (const word of words) {
    const [key = "", value = ""] = word.split("=", 2);
    if (key === "timezone") throw notEmbeddedHere("Prefer: timezone");
    const valid = known[key]?.includes(value) || (key === "max-affected" && /^\d+$/.test(value));
    if (!valid) unknown.push(word);
    else if (!found.has(key)) found.set(key, value);
  }
  if (found.get("handling") === "strict" && unknown.length > 0) {
    throw new ApiError(400, "PGRST122", "Invalid preferences given with handling=strict", {
      details: `Invalid preferences: ${unknown.join(", ")}`,
    });
  }
  const maxAffected = found.get("max-affected");
  return {
    returns: (found.get("return") ?? null) as Preferences["returns"],
    count: (found.get("count") ?? null) as Preferences["count"],
    resolution: (found.get("resolution") ?? null) as Preferences["resolution"],
    missing: (found.get("missing") ?? null) as Preferences["missing"],
    handling: (found.get("handling") ?? null) as Preferences["handling"],
    maxAffected: maxAffected === undefined ? null : Number(maxAffected),
  };
}

/** The Preference-Applied header, with the preferences that apply to this kind of request. */
export function preferencesApplied(
  preferences: Preferences,
  kind: "read" | "call" | "insert" | "update" | "delete",
): string | null {
  const writes = kind === "insert" || kind === "update" || kind === "delete";
  const strict = preferences.handling === "strict";
  const limits = strict && (kind === "call" || kind === "update" || kind === "delete");
  const applied = [
    kind === "insert" && preferences.resolution && `resolution=${preferences.resolution}`,
    (kind === "insert" || kind === "update") &&
      preferences.missing &&
      `missing=${preferences.missing}`,
    writes && preferences.returns && `return=${preferences.returns}`,
    preferences.count && `count=${preferences.count}`,
    preferences.handling && `handling=${preferences.handling}`,
    limits && preferences.maxAffected !== null && `max-affected=${preferences.maxAffected}`,
  ].filter(Boolean);
  return applied.length > 0 ? applied.join(", ") : null;
}
