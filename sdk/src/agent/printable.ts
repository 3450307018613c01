/** Makes foreign text safe for a terminal, which would obey its escapes: agents, viewers and servers write such text. */

/** Line breaks and tabs stay; any other control becomes U+FFFD. */
export const printable = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");

/** Like `printable`, for messages: a log may keep them, so it also removes keys and the login of an address. */
export const printableMessage = (text: string): string =>
  printable(text)
    .replace(/klt_[A-Za-z0-9_-]{8,}/g, "klt_…")
    .replace(/(https?:\/\/)[^\s/?#@]*@/gi, "$1");
