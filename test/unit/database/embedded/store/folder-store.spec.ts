import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { FolderStore } from '../../../../../src/infra/database/embedded/store/folder-store.ts';
import {
  MemoryStore,
  type Store,
  type Stored,
} from '../../../../../src/infra/database/embedded/store/key-value.ts';
import { OrderedMap } from '../../../../../src/infra/database/embedded/store/ordered-map.ts';
import { changeBytesBehind } from '../../../../support/change-byte.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

/** Long, so that few of them are as much as moves into the file at rest. */
const LENGTH = 40_000;
/** As many as it takes to make resting worth while. */
const READS = 1_000;

type Step = { do: 'set' | 'delete'; key: number } | { do: 'rest' | 'durable' | 'turn' | 'read' };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constantFrom('set' as const, 'delete'), key: fc.nat({ max: 20 }) }),
    },
    { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('rest' as const, 'durable', 'turn', 'read') }) },
  ),
  { minLength: 10, maxLength: 60 },
);
const keyOf = (key: number) => `r${String(key).padStart(4, '0')}`;
const all = (store: Store) => Array.from(store.range('r', 's'), ([key, value]) => [key, digestOf(value)]);
const digestOf = (value: Stored) => `${value.length} ${value.toString().slice(0, 20)}`;

function write(store: Store, key: number, value: Stored | null): void {
  const writes = new OrderedMap<Stored | null>();
  writes.set(keyOf(key), value);
  store.commit(writes);
}

const isMapped = async (folder: string) =>
  (await readFile('/proc/self/maps', 'utf8')).includes(`${folder}/data.mdb`);

describe('a store in a folder', () => {
  it('HST34 reads the same whenever it rests, and when it is opened again', async () => {
    const property = fc.asyncProperty(steps, async (story) => {
      await using folder = await tempFolder();
      let store = await FolderStore.open(folder.path, true);
      const model = new MemoryStore();
      const rests: Promise<void>[] = [];
      for (const [index, step] of story.entries()) {
        if (step.do === 'set' || step.do === 'delete') {
          const value = step.do === 'set' ? Buffer.from(`${index} ${'x'.repeat(LENGTH)}`) : null;
          write(store, step.key, value);
          write(model, step.key, value);
        } else if (step.do === 'rest') rests.push(store.rest());
        else if (step.do === 'durable') await store.durable();
        else if (step.do === 'turn') await nextTurn();
        else for (let count = 0; count < READS; count++) store.get(keyOf(count % 20));
        expect(all(store)).toEqual(all(model));
      }
      await Promise.all(rests);
      await store.close();
      store = await FolderStore.open(folder.path, true);
      expect(all(store)).toEqual(all(model));
      await store.close();
    });
    await fc.assert(property, { numRuns: process.env['CI'] ? 100 : 30 });
  });

  it('HST35 lets go of its file at rest once it has been used, and finds its rows again', async () => {
    await using folder = await tempFolder();
    const store = await FolderStore.open(folder.path, true);
    for (let key = 0; key < 20; key++) write(store, key, Buffer.alloc(LENGTH, key));
    await store.durable();
    await store.rest();
    for (let count = 0; count < READS; count++) store.get(keyOf(count % 20));
    const canSee = process.platform === 'linux';
    if (canSee) expect(await isMapped(folder.path)).toBe(true);
    await store.rest();
    await nextTurn();
    if (canSee) expect(await isMapped(folder.path)).toBe(false);
    expect(store.get(keyOf(7))).toEqual(Buffer.alloc(LENGTH, 7));
    await store.close();
  });

  it('HST35 leaves out of the file what is in no log yet: a crash would leave a part of it', async () => {
    await using folder = await tempFolder();
    const store = await FolderStore.open(join(folder.path, 'data'), true);
    for (let key = 0; key < 20; key++) write(store, key, Buffer.alloc(LENGTH, key));
    await store.durable();
    write(store, 20, Buffer.from('late'));
    await store.rest();
    // What a crash would leave.
    await cp(join(folder.path, 'data'), join(folder.path, 'left'), { recursive: true });
    await store.close();
    const left = await FolderStore.open(join(folder.path, 'left'), true);
    expect(left.get(keyOf(19))).toBeDefined();
    expect(left.get(keyOf(20))).toBeUndefined();
    await left.close();
  });

  it('HST36 refuses to read a value of which a bit was changed in its file, and nothing else', async () => {
    await using folder = await tempFolder();
    await filled(folder.path, true);
    await changeBytesBehind(`${folder.path}/data.mdb`, 'value 7 ');
    const store = await FolderStore.open(folder.path, true);
    expect(store.get(keyOf(6))?.toString()).toMatch(/^value 6 /);
    const details = expect.objectContaining({ reason: 'log_corrupt' });
    const damaged = { code: 'ENGINE_UNAVAILABLE', details };
    expect(() => store.get(keyOf(7))).toThrow(expect.objectContaining(damaged));
    expect(() => all(store)).toThrow(expect.objectContaining(damaged));
    await store.close();
  });

  it('HST36 opens a folder of the first format, which has no checksums, as it is', async () => {
    await using folder = await tempFolder();
    await filled(folder.path, false);
    const store = await FolderStore.open(folder.path, false);
    expect(store.get(keyOf(7))?.toString()).toMatch(/^value 7 /);
    expect(all(store)).toHaveLength(20);
    await store.close();
  });
});

async function filled(folder: string, isSealed: boolean): Promise<void> {
  const store = await FolderStore.open(folder, isSealed);
  for (let key = 0; key < 20; key++) write(store, key, Buffer.from(`value ${key} ${'x'.repeat(LENGTH)}`));
  await store.durable();
  await store.rest();
  await store.close();
}
