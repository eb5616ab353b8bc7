import type { HeycatError } from '../../errors.ts';

/** As `work`, or rejects with `late()` when that takes longer than `ms`; the work goes on. */
export function within<T>(work: Promise<T>, ms: number, late: () => HeycatError): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
