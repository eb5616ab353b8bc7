import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a TypeScript file of this folder in a Node process of its own; gives it and its first line on stdout. */
export async function runTypescript(file: string, args: string[]): Promise<{ child: Child; line: string }> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--import', path('./register-typescript.mjs'), path(file), ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('exit', (code, signal) => reject(new Error(`${file} ended by ${signal ?? code}`)));
  });
  return { child, line };
}
