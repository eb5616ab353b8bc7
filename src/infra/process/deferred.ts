/** A promise with its settling functions; Promise.withResolvers needs Node 22. */
export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
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
