/** One or two letters in place of a picture: `Ada Lovelace` → `AL`, `ada-agent` → `AA`, `🦊 Fox` → `🦊F`. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s\-_.@]+/u).filter((word) => word !== "");
  return words
    .slice(0, 2)
    .map((word) => firstCharacter(word).toLocaleUpperCase())
    .join("");
}

const segmenter = new Intl.Segmenter();

function firstCharacter(word: string): string {
  for (const { segment } of segmenter.segment(word)) return segment;
  return "";
}
