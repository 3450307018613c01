/** Shows the first hits of each session and the rest on demand, so that one session does not crowd out the others. */
const firstShown = 4;

export function collapseRest(group: HTMLElement): void {
  const rows = [...group.querySelectorAll<HTMLElement>(".hit")];
  const button = group.querySelector<HTMLButtonElement>(".group-rest");
  const rest = rows.slice(firstShown);
  // A button to hide a single line would be as tall as the line.
  const isCollapsed = group.dataset.open !== "true" && rest.length > 1;
  for (const row of rest) row.hidden = isCollapsed;
  if (!button) return;
  button.hidden = !isCollapsed;
  button.textContent = `${rest.length} more in this session`;
}

export function expand(group: HTMLElement): void {
  group.dataset.open = "true";
  const first = group.querySelector<HTMLElement>(".hit[hidden] a");
  collapseRest(group);
  first?.focus({ preventScroll: true });
}
