/** Whether the element takes what is typed, so that keys pressed there are no shortcuts. */
export const isTextEntry = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable]") !== null;
