/**
 * The similarity of two texts, from 0 to 1 for equal ones (Levenshtein distance in code points, relative to the longer
 * text); undefined if it is below `least`, which is detected early.
 */
export function similarity(a: readonly string[], b: readonly string[], least: number): number | undefined {
  const longest = Math.max(a.length, b.length);
  if (longest === 0) return 1;
  const allowed = Math.floor((1 - least) * longest + 1e-9);
  if (Math.abs(a.length - b.length) > allowed) return undefined;
  const distance = boundedDistance(...differing(a, b), allowed);
  return distance > allowed ? undefined : 1 - distance / longest;
}

/** Both texts without their common prefix and suffix. */
function differing(a: readonly string[], b: readonly string[]): [readonly string[], readonly string[]] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

/** The distance, or any value above `allowed` if it is greater: only cells that close to the diagonal are computed. */
function boundedDistance(a: readonly string[], b: readonly string[], allowed: number): number {
  const beyond = allowed + 1;
  let above = Uint32Array.from({ length: b.length + 1 }, (_, column) => column);
  let line = new Uint32Array(b.length + 1);
  for (let row = 1; row <= a.length; row++) {
    const from = Math.max(1, row - allowed);
    const to = Math.min(b.length, row + allowed);
    line.fill(beyond);
    line[0] = row;
    let least = row;
    for (let column = from; column <= to; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      line[column] = Math.min(replaced, above[column]! + 1, line[column - 1]! + 1);
      least = Math.min(least, line[column]!);
    }
    if (least > allowed) return beyond;
    [above, line] = [line, above];
  }
  return above[b.length]!;
}
