/** A session that says much does not push the others away: the first hits of a group are shown, the rest on demand. */
const first_shown = 4;

export function fold_rest(group: HTMLElement): void {
  const rows = [...group.querySelectorAll<HTMLElement>(".hit")];
  const button = group.querySelector<HTMLButtonElement>(".group-rest");
  const rest = rows.slice(first_shown);
  // One more line is as long as the button that would hide it.
  const is_folded = group.dataset.open !== "true" && rest.length > 1;
  for (const row of rest) row.hidden = is_folded;
  if (!button) return;
  button.hidden = !is_folded;
  button.textContent = `${rest.length} more in this session`;
}

export function unfold(group: HTMLElement): void {
  group.dataset.open = "true";
  const first = group.querySelector<HTMLElement>(".hit[hidden] a");
  fold_rest(group);
  first?.focus({ preventScroll: true });
}
