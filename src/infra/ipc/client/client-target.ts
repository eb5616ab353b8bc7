import { readFile } from 'node:fs/promises';
import { runtimeFolder } from '../../process/paths.ts';
import { notConnected, type ClientTarget } from './client-wire.ts';
import { readRuntimeFile } from '../transport/runtime-file.ts';

/**
 * Where to connect to, read again for each attempt: a restarted service has another token.
 * @throws HeycatError NOT_READY when no service has announced itself.
 */
export async function findTarget(
  given: Partial<ClientTarget> & { runtimeDir?: string },
): Promise<ClientTarget> {
  const { socket, token, runtimeDir = runtimeFolder() } = given;
  if (socket !== undefined && token !== undefined) return { socket, token };
  const announced = await readRuntimeFile(runtimeDir);
  const text = await readFile(announced.token_file, 'utf8').catch((cause: unknown) => {
    throw notConnected('not_sent', cause);
  });
  return { socket: socket ?? announced.socket, token: token ?? text.trim() };
}
