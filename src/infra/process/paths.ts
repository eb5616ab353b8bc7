import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import { DATA_DIR, RUNTIME_DIR, environment } from './environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The platform's application-data folder for heycat, whatever the environment says. */
export function defaultDataFolder(): string {
  return envPaths('heycat', { suffix: '' }).data;
}

/** Absolute path of the data folder; HEYCAT_DATA_DIR moves it. */
export function dataFolder(env: Environment = environment()): string {
  return env[DATA_DIR] ? resolve(env[DATA_DIR]) : defaultDataFolder();
}

/**
 * Absolute path of the folder for the socket and the discovery file; HEYCAT_RUNTIME_DIR moves it.
 * If the platform has no per-user runtime folder, it is in the default data folder, because the name of the temporary folder
 * may differ between a terminal and a desktop session.
 */
export function runtimeFolder(
  env: Environment = environment(),
  platform: NodeJS.Platform = process.platform,
): string {
  if (env[RUNTIME_DIR]) return resolve(env[RUNTIME_DIR]);
  const xdg = env['XDG_RUNTIME_DIR'];
  if (platform === 'linux' && xdg?.startsWith('/')) return join(xdg, 'heycat');
  return join(defaultDataFolder(), 'run');
}
