/** The named fields that are set: the server would refuse others. */
export function known<Given extends object, Name extends keyof Given>(
  given: Given | undefined,
  names: readonly Name[],
): Pick<Given, Name> {
  const picked: Partial<Pick<Given, Name>> = {};
  for (const name of names) if (given?.[name] !== undefined) picked[name] = given[name];
  return picked as Pick<Given, Name>;
}
