import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Path of the built module in this package, found from src/ and from dist/ alike.
 * @param codeFolder where the search for the package's root starts.
 */
export function modulePath(codeFolder: string = dirname(fileURLToPath(import.meta.url))): string {
  let root = codeFolder;
  while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root);
  return join(root, 'spacetimedb', 'heycat-data', 'dist', 'heycat_data.wasm');
}
