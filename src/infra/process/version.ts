import { readFileSync } from 'node:fs';

let version: string | undefined;

/** The version of this package, from its package.json. */
export function packageVersion(): string {
  // The file is two folders up from both src/infra and dist/infra.
  version ??= (
    JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }
  ).version;
  return version;
}
