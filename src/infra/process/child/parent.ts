/** In a child of ours: ends with the parent and not before. */
export function endWithParent(): void {
  // At once, also while native code is busy on a thread of its own, or waits for a device that is gone.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C in a terminal reaches every process of the group; the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

/** In a child of ours. Resolves when it was sent, or the parent has gone; never rejects. */
export function tellParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
