import { HeycatError } from '../errors.ts';
import { HeycatClient } from '../infra/ipc/client/client.ts';
import { runtimeFolder } from '../infra/process/paths.ts';
import { packageVersion } from '../infra/process/version.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  json?: boolean;
  dataDir?: string;
  runtimeDir?: string;
}

/**
 * Connects to the running service.
 * @throws HeycatError NOT_READY with `details.reason` `not_running` when no service answers, or UNAUTHENTICATED.
 */
export async function connect(
  { runtimeDir = runtimeFolder() }: Pick<GlobalOptions, 'runtimeDir'>,
  { reconnect = false } = {},
): Promise<HeycatClient> {
  const client = { name: 'heycat-cli', version: packageVersion() };
  try {
    return await HeycatClient.connect({ runtimeDir, reconnect, client });
  } catch (thrown) {
    if (!(thrown instanceof HeycatError) || thrown.code !== 'NOT_READY') throw thrown;
    throw new HeycatError(
      'NOT_READY',
      `No heycat service is running in ${runtimeDir}; \`heycat start\` starts one.`,
      { reason: 'not_running', runtime_dir: runtimeDir },
      { cause: thrown },
    );
  }
}
