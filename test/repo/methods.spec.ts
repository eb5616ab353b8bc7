import type { HeycatClient } from '../../src/infra/ipc/client/client.ts';
import { readRepoFile, readRepoFiles } from '../support/repo-files.ts';

/** Compiles only while the client knows a method's answer by its name. */
export const typed = async (client: HeycatClient): Promise<string | undefined> => {
  const { recordings } = await client.call('list_recordings', { limit: 1 });
  const saved = await client.command('save_setting', { key: 'theme', value: seqOf(recordings[0]?.seq) });
  return recordings[0]?.file_path ?? String(saved.status === 'applied' ? saved.seq : saved.position);
};
const seqOf = (seq: number | undefined): number => seq ?? 0;

it('REP6 the client types every method of a controller, and no other', () => {
  const controllers = readRepoFiles(/^src\/infra\/ipc\/controllers\/.*\.controller\.ts$/);
  const patterns = controllers.flatMap(([, text]) => [
    ...text.matchAll(/@MessagePattern\(\s*(\[[^\]]*\]|'[^']*')/g),
  ]);
  const served = patterns.flatMap(([, names]) => [...names!.matchAll(/'(\w+)'/g)].map(([, name]) => name!));
  const body = /export interface Methods \{\n([\s\S]*?)\n\}/.exec(
    readRepoFile('src/infra/ipc/openrpc/methods.ts'),
  )![1]!;
  const known = [...body.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name!);
  // describe answers an OpenRPC document, which has types of its own.
  expect(known.toSorted()).toEqual(served.filter((name) => name !== 'describe').toSorted());
});
