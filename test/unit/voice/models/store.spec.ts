import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelStore } from '../../../../src/infra/voice/models/model-store.ts';
import { ListModels } from '../../../../src/queries/system/list-models.ts';
import { given, MODELS } from '../../queries/read-side.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { writeTinyParakeet, writeTinyTransducer } from '../../../support/tiny-models.ts';

const BEST = 'parakeet-tdt-0.6b-v3-int8';

async function place(preferred?: string) {
  const folder = await tempFolder();
  const [host, dataDir] = [join(folder.path, 'host'), join(folder.path, 'data')];
  const user = join(dataDir, 'models');
  const store = new ModelStore({ dataDir, hostFolder: host, preferred: () => preferred });
  const chosen = async (name: string | null = null) => (await store.choose(name)).name;
  return { host, user, store, chosen, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const named = (text: string) => ({ code: 'MODEL_MISSING', message: expect.stringContaining(text) as string });

describe('models on disk', () => {
  it('MDL11 the only model is used, of several the best, and the one of the setting before all', async () => {
    await using there = await place();
    await expect(there.chosen()).rejects.toMatchObject(named('`heycat models install moonshine-tiny-en`'));
    await writeTinyTransducer(join(there.user, 'unknown'));
    expect(await there.chosen()).toBe('unknown');
    await writeTinyParakeet(join(there.user, BEST));
    await writeTinyTransducer(join(there.host, 'another'));
    expect(await there.chosen()).toBe(BEST);
    expect(await there.chosen('another')).toBe('another');
    await using set = await place('zipformer');
    await writeTinyParakeet(join(set.user, BEST));
    await expect(set.chosen()).rejects.toMatchObject(named('transcription.model'));
    expect(await set.chosen(BEST)).toBe(BEST);
    await writeTinyTransducer(join(set.user, 'zipformer'));
    expect(await set.chosen()).toBe('zipformer');
    await expect(set.chosen('whisper-tiny.en')).rejects.toMatchObject(
      named('`heycat models install whisper-tiny.en`'),
    );
    await expect(set.chosen('../x')).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  });

  it('MDL12 a host’s folder comes first, is never written to, and says what its models are', async () => {
    await using there = await place();
    await writeTinyParakeet(join(there.host, 'same'));
    await writeTinyTransducer(join(there.user, 'same'));
    await writeFile(join(there.host, 'same', 'model.json'), '{"kind": "nemo_transducer", "title": "Ours"}');
    expect(await there.store.find('same')).toMatchObject({ place: 'host', kind: 'nemo_transducer' });
    await expect(there.store.remove('same')).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
    // What is no model is passed over.
    await mkdir(join(there.host, 'silero-vad'));
    await mkdir(join(there.user, '.staging-x'));
    await writeFile(join(there.user, 'README.md'), '');
    expect((await there.store.installed()).map(({ name }) => name)).toEqual(['same']);
    await writeFile(join(there.host, 'same', 'model.json'), 'damaged');
    expect(await there.store.find('same')).toMatchObject({ place: 'host', kind: 'transducer' });
  });

  it('MDL13 the list has every model of the catalogue and all that are there; what is removed is gone', async () => {
    await using there = await place();
    await writeTinyTransducer(join(there.user, 'mine'));
    const list = await there.store.list();
    expect(list[0]).toMatchObject({
      name: BEST,
      state: 'available',
      folder: null,
      used: false,
      licence: 'CC-BY-4.0',
    });
    expect(list.at(-1)).toMatchObject({ name: 'mine', state: 'installed', used: true, kind: 'transducer' });
    await there.store.remove('mine');
    expect(await there.store.installed()).toEqual([]);
    for (const name of ['mine', '..', '.', 'a/b']) {
      await expect(there.store.remove(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('MDL13 list_models answers it', async () => {
    await using side = await given([], 9);
    expect(await side.ask(ListModels)).toEqual({ models: await MODELS.list(), total_count: 1, as_of_seq: 9 });
  });
});
