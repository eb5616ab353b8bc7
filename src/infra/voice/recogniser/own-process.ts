import { type ChildProcess, spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProcessOptions {
  /** Node's options for it; when absent none, or this process's own where the sources run uncompiled. */
  execArgv?: readonly string[];
}

/**
 * Starts a file of this folder in a process of its own. Its stderr can be read; messages may hold typed arrays.
 * @param args of the file, its name first, which has no ending.
 */
export function startOwnProcess(
  [name, ...args]: readonly [string, ...string[]],
  { execArgv = defaultExecArgv() }: ProcessOptions,
): ChildProcess {
  // The compiled file beside the compiled function, the source beside the source.
  const file = fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url));
  return spawn(process.execPath, [...execArgv, file, ...args], {
    // Nothing that native code prints reaches a host's own stdout; messages have a channel of their own.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // Within Electron execPath is the app, which runs a file only when told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
}

function defaultExecArgv(): readonly string[] {
  return extname(import.meta.url) === '.ts' ? process.execArgv : [];
}

/** In such a process: ends with the parent and not before. */
export function liveWithParent(): void {
  // At once, also while the native code is busy on a thread of its own.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // Ctrl-C in a terminal reaches every process of the group; the parent decides when this one ends.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => undefined);
}

/** In such a process. */
export function tellParent(message: object): void {
  // The parent may have gone; then so does this process.
  process.send?.(message, undefined, undefined, () => undefined);
}
