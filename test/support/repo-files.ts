import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NOT_OURS = /^(?:\.git|node_modules|dist|spacetimedb\/heycat-data\/target)\//;

/** Paths of all files that are committed or would be, relative to the root, with slashes. */
export const repoFiles: readonly string[] = listFiles()
  .filter((path) => existsSync(ROOT + path))
  .sort();

/** The text of a file of the repository. */
export function readRepoFile(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** The paths that match, with their texts. */
export function readRepoFiles(pattern: RegExp): [path: string, text: string][] {
  return repoFiles.filter((path) => pattern.test(path)).map((path) => [path, readRepoFile(path)]);
}

function listFiles(): string[] {
  try {
    const args = ['ls-files', '-z', '-co', '--exclude-standard'];
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\0')
      .filter((path) => path !== '');
  } catch {
    // An archive of the sources has no git.
    return filesBelow('');
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (!entry.isDirectory()) return [path];
    return NOT_OURS.test(`${path}/`) ? [] : filesBelow(`${path}/`);
  });
}
