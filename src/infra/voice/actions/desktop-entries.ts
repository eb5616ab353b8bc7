import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';

/** How a Linux desktop starts an application: program and arguments. */
export type LaunchLine = readonly [string, ...string[]];

/**
 * Finds an installed application by its id or by its name in menus, ignoring case. Only these can be found: if any program
 * could be named, a misrecognised word might run one that is not an application.
 */
export async function findApplication(name: string, env: NodeJS.ProcessEnv): Promise<LaunchLine | undefined> {
  const wanted = name.trim().toLowerCase();
  for (const folder of applicationFolders(env)) {
    const files = await readdir(folder).catch((): string[] => []);
    for (const file of files.sort()) {
      if (!file.endsWith('.desktop')) continue;
      const text = await readFile(join(folder, file), 'utf8').catch(() => '');
      const line = launchLine(text, (shown) => [shown, basename(file, '.desktop')].some(is(wanted)));
      if (line !== undefined) return line;
    }
  }
  return undefined;
}

const is = (wanted: string) => (name: string) => name.toLowerCase() === wanted;

function applicationFolders(env: NodeJS.ProcessEnv): string[] {
  const own = env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  const shared = (env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(delimiter);
  return [own, ...shared].filter((folder) => folder !== '').map((folder) => join(folder, 'applications'));
}

/** The command line of a desktop entry whose name `isWanted`; undefined if it needs a terminal or is hidden. */
export function launchLine(entry: string, isWanted: (name: string) => boolean): LaunchLine | undefined {
  const keys = keysOf(entry);
  if (!isWanted(keys.get('Name') ?? '')) return undefined;
  if (keys.get('Type') !== 'Application' || keys.get('Terminal') === 'true') return undefined;
  if (keys.get('Hidden') === 'true') return undefined;
  const [program, ...args] = splitExec(keys.get('Exec') ?? '');
  return program === undefined ? undefined : [program, ...args];
}

/** Keys of the main group; other groups are further actions. */
function keysOf(entry: string): Map<string, string> {
  const main = entry.split(/^\[/m).find((group) => group.startsWith('Desktop Entry]')) ?? '';
  const pairs = main.matchAll(/^([A-Za-z0-9-]+)[ \t]*=[ \t]*(.*?)[ \t]*\r?$/gm);
  return new Map(Array.from(pairs, (match) => [match[1]!, match[2]!] as const));
}

/** The arguments of an Exec line, which may be quoted, without the placeholders for files (`%f`, `%U` …). */
function splitExec(exec: string): string[] {
  const words = exec.replaceAll('\\\\', '\\').matchAll(/"((?:\\.|[^"\\])*)"|[^\s"]+/g);
  return Array.from(words, ([word, quoted]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? word)
    .filter((word) => !/^%[a-zA-Z]$/.test(word))
    .map((word) => word.replaceAll('%%', '%'));
}
