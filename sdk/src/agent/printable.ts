/** Text for somebody's terminal, which obeys the escapes in it: agents, viewers and servers write much of what is shown. */

/** Line breaks and tabs stay; any other control becomes U+FFFD. */
export const printable = (text: string): string =>
  text.replaceAll("\r\n", "\n").replace(/[^\P{Cc}\n\t]/gu, "\ufffd");

/** As `printable`, for messages: a log may keep them, so a key and the login of an address are left out. */
export const printableMessage = (text: string): string =>
  printable(text)
    .replace(/klt_[A-Za-z0-9_-]{8,}/g, "klt_…")
    .replace(/(https?:\/\/)[^\s/?#@]*@/gi, "$1");
