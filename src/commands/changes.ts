/**
 * An update as its reducer takes it: null leaves a field as it is, `clear` names the ones to empty.
 * On the wire an absent field is unchanged and null empties it; validation lets null pass for `clearable` ones only.
 */
export function changesOf<C extends object>(
  command: C,
  fields: readonly (keyof C & string)[],
  clearable: readonly (keyof C & string)[],
): Record<string, unknown> {
  const given = [...fields, ...clearable].map((field): [string, unknown] => [field, command[field] ?? null]);
  const clear = clearable.filter((field) => command[field] === null);
  return { ...Object.fromEntries<unknown>(given), clear };
}
