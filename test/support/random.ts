/** Numbers from 0 to 1. */
export type Random = () => number;

/** Lehmer's generator, so that a seed repeats what was chosen. */
export function seededRandom(seed: number): Random {
  let state = (seed % 2147483646) + 1;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

export function oneOf<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.min(choices.length - 1, Math.floor(random() * choices.length))]!;
}
