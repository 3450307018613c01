const chunkCharacters = 65_536;

/** Joins pieces into chunks: a write per line of a long session, or a blob of 100,000 parts, would take seconds. */
export function* inChunks(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkCharacters) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
