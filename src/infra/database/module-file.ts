import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeycatError } from '../../errors.ts';

/** Name of the database in every engine. */
export const DATABASE = 'heycat-data';

/**
 * Path of the built module in this package, found from src/ and from dist/ alike.
 * @param codeFolder where the search for the package's root starts.
 */
export function modulePath(codeFolder: string = dirname(fileURLToPath(import.meta.url))): string {
  let root = codeFolder;
  while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root);
  return join(root, 'spacetimedb', 'heycat-data', 'dist', 'heycat_data.wasm');
}

/** @throws HeycatError ENGINE_UNAVAILABLE when there is none. */
export async function readModule(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    const sentence = `The database module ${path} is missing; run \`npm run build:module\`, or reinstall heycat.`;
    throw new HeycatError('ENGINE_UNAVAILABLE', sentence, { path, reason: 'module_missing' }, { cause });
  });
}
