/** Whether the element takes typed text; keys pressed there are not shortcuts. */
export const isTextEntry = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest("input, textarea, select, [contenteditable]") !== null;
