/** The figures of two rounds together, name by name. */
export function sum<T extends object>(one: T, other: T): T {
  const [a, b] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  const entries = [...names].map((name) => {
    const [left = 0, right = 0] = [a[name], b[name]];
    return [
      name,
      typeof (a[name] ?? b[name]) === 'object'
        ? sum(left as object, right as object)
        : Number(left) + Number(right),
    ];
  });
  return Object.fromEntries(entries) as T;
}
