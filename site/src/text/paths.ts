import { inOrder } from "./bidi.ts";

/** Splits a file's displayed name into its folder, with the separator at the end, and the rest. */
export function splitPath(name: string): { folder: string; base: string } {
  const filename = inOrder(name);
  const at = Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1;
  const base = filename.slice(at);
  return base === "" ? { folder: "", base: filename } : { folder: filename.slice(0, at), base };
}
