import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Readable, Writable } from 'node:stream';

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a TypeScript file of this folder in a Node process of its own; gives it and its first line on stdout.
 * @param before what a shell does in the same process first, for example `ulimit -f 100`.
 */
export async function runTypescript(
  file: string,
  args: string[],
  before?: string,
): Promise<{ child: Child; line: string }> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const node = ['--no-warnings', '--import', path('./register-typescript.mjs'), path(file), ...args];
  const stdio: ['pipe', 'pipe', 'inherit'] = ['pipe', 'pipe', 'inherit'];
  const child =
    before === undefined
      ? spawn(process.execPath, node, { stdio })
      : spawn('sh', ['-c', `${before}; exec "$0" "$@"`, process.execPath, ...node], { stdio });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('exit', (code, signal) => reject(new Error(`${file} ended by ${signal ?? code}`)));
  });
  return { child, line };
}
