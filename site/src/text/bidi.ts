/**
 * Characters that reverse the order of others. Prose may need them, but in a file's name or in code they only deceive:
 * `photo_gnp.js` looks like a picture, a comment like a command.
 */
const controls = /[\u202a-\u202e\u2066-\u2069]/g;

/** Replaces each such character by a mark, so the text keeps its order and its length. */
export const inOrder = (text: string): string => text.replace(controls, "\uFFFD");
