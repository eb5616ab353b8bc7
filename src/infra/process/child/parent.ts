/** For a child process: ends with its parent and not before. */
export function endWithParent(): void {
  // Immediately, even while native code is busy on another thread or waits for a device that is gone.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C in a terminal reaches every process of the group, but the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

/** For a child process. Resolves when the message has been sent or the parent is gone; never rejects. */
export function sendToParent(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}
