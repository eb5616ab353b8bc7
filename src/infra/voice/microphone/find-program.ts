import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Where a program lies that would be run by this name; undefined when it is not installed. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  const names = process.platform === 'win32' ? [name, `${name}.exe`] : [name];
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((each) => join(folder, each)))
    .find((path) => existsSync(path));
}
