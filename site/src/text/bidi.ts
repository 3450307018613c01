/**
 * Characters that turn the order of others around until they are ended. In prose they belong to the writing; in a
 * file's name or in code they only make it look like another: `photo_gnp.js` like a picture, a comment like a command.
 */
const controls = /[\u202a-\u202e\u2066-\u2069]/g;

/** In the order in which it stands, each such character as a mark. Of the same length. */
export const inOrder = (text: string): string => text.replace(controls, "\uFFFD");
