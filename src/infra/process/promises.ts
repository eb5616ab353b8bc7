import type { HeycatError } from '../../errors.ts';

/** A promise with its settling functions; Promise.withResolvers needs Node 22. */
export interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
}

export function deferred<T>(): Deferred<T> {
  const parts: Partial<Deferred<T>> = {};
  parts.promise = new Promise<T>((resolve, reject) => {
    parts.resolve = resolve;
    parts.reject = reject;
  });
  // Whoever awaits sees the rejection; nobody awaiting is no reason to end the process.
  parts.promise.catch(() => undefined);
  return parts as Deferred<T>;
}

/** As `work`, or rejects with `late()` when that takes longer than `ms`; the work goes on. */
export function within<T>(work: Promise<T>, ms: number, late: () => HeycatError): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
