/** One value as one line of JSON. Escapes all controls, also U+007F to U+009F, which `JSON.stringify` leaves. */
export const jsonLine = (value: unknown): string =>
  `${JSON.stringify(value).replace(
    /[\u007f-\u009f]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )}\n`;
