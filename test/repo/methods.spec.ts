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
  const types = readRepoFile('src/infra/ipc/openrpc/methods.ts');
  const namesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, name]) => name!);
  // A method is typed with its controller, an alias by itself.
  const classes = controllers.flatMap(([, text]) => namesIn(text, /^export class (\w+)/gm));
  expect(namesIn(types, /\bServed<(\w+Controller)>/g).toSorted()).toEqual(classes.toSorted());
  const aliases = controllers.flatMap(([, text]) => namesIn(text, /aliases: \['(\w+)'\]/g));
  expect(namesIn(types, /^ {2}(\w+): \w+Controller\['\w+'\];$/gm).toSorted()).toEqual(aliases.toSorted());
});
