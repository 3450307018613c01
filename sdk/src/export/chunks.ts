const chunkCharacters = 65_536;

/** Joined: a write for each line of a long session, or a blob of a hundred thousand parts, would take seconds. */
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
