/** Splits a file's name into its folder, with the separator at the end, and the rest. */
export function split_path(filename: string): { folder: string; base: string } {
  const at = Math.max(filename.lastIndexOf("/"), filename.lastIndexOf("\\")) + 1;
  const base = filename.slice(at);
  return base === "" ? { folder: "", base: filename } : { folder: filename.slice(0, at), base };
}
