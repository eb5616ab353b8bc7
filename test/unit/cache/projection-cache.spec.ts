import { chmod, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import * as fc from 'fast-check';
import type { ChangeBatch } from '../../../src/events/change-feed.ts';
import type { RowChange } from '../../../src/events/rows.ts';
import { cacheKey, type CacheOwner } from '../../../src/infra/cache/cache-key.ts';
import { ProjectionCache } from '../../../src/infra/cache/projection-cache.ts';
import { ListRecordings, ListRecordingsHandler } from '../../../src/queries/recordings/list-recordings.ts';
import { ReadModels } from '../../../src/projections/read-models.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { until } from '../../support/connection-harness.ts';
import { aRecording, aSetting, baseline, EPOCH, transaction } from '../projections/histories.ts';

const OWNER: CacheOwner = { engine: 'embedded', identity: 'ab'.repeat(32) };
/** Three pages of recordings. */
const ROWS: RowChange[] = [
  ...Array.from({ length: 2_500 }, (_, index): RowChange => {
    return { area: 'recordings', after: aRecording({ id: index + 1, transcription: 'two words' }) };
  }),
  { area: 'settings', after: aSetting('theme', { dark: true }) },
];

const logged: string[] = [];
const keep = (line: unknown) => void logged.push(String(line));
beforeEach(() => {
  logged.length = 0;
  Logger.overrideLogger({ log: keep, warn: keep, error: keep });
});
afterEach(() => Logger.overrideLogger(false));

/** One run of a service on a folder. */
function aRun(folder: string, { owner = OWNER, everyMs = 60_000 } = {}) {
  const models = new ReadModels();
  const cache = new ProjectionCache({ folder, models, owner: async () => owner, everyMs });
  const bring = (batch: ChangeBatch) => {
    models.apply(batch);
    if (batch.kind === 'baseline') cache.onConnected();
  };
  return { models, cache, bring };
}

async function savedRun(folder: string): Promise<ReadModels> {
  const { models, cache, bring } = aRun(folder);
  bring(baseline(2_500, ROWS));
  await cache.close();
  return models;
}

const filesOf = async (folder: string) => (await readdir(folder)).sort();

describe('the cache of the read models', () => {
  it('CCH1 a start has what the last run had, stale; the connection is told the same rows', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'cache');
    const before = await savedRun(path);
    const { models, cache } = aRun(path);
    const restored = await cache.restore();
    expect(models).toMatchObject({ epoch: EPOCH, seq: 2_500, stale: true });
    expect(restored).toMatchObject({ epoch: EPOCH, seq: 2_500 });
    const told = await restored!.known();
    await models.loaded;
    expect(told!.rows('recordings')).toHaveLength(2_500);
    expect(told!.rows('settings')).toEqual([aSetting('theme', { dark: true })]);
    expect(told!.rows('dictionary')).toEqual([]);
    expect(models.fingerprint()).toBe(before.fingerprint());
    expect(logged).toEqual([]);
  });

  it('CCH1 rows that nobody has read yet are read when they are asked for', async () => {
    await using folder = await tempFolder();
    const before = await savedRun(folder.path);
    const { models, cache } = aRun(folder.path);
    await cache.restore();
    expect(models.row('recordings', 1)).toEqual(before.row('recordings', 1));
  });

  it('CCH1 a search waits until all is read, and finds what is in the oldest page', async () => {
    await using folder = await tempFolder();
    await savedRun(folder.path);
    const { models, cache } = aRun(folder.path);
    const restored = await cache.restore();
    const search = Object.assign(new ListRecordings(), { search: 'take-7.wav' });
    let isAnswered = false;
    const found = new ListRecordingsHandler(models).execute(search).finally(() => (isAnswered = true));
    await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    await restored!.known();
    expect(await found).toMatchObject({ total_count: 1, recordings: [{ id: 7 }], stale: true });
  });

  it('CCH2 another version, engine or user finds nothing, and the snapshot is thrown away', async () => {
    for (const owner of [
      { ...OWNER, engine: 'sidecar' },
      { ...OWNER, identity: 'cd'.repeat(32) },
    ]) {
      await using folder = await tempFolder();
      await savedRun(folder.path);
      logged.length = 0;
      const { models, cache } = aRun(folder.path, { owner });
      expect(await cache.restore()).toBeUndefined();
      expect(models).toMatchObject({ epoch: '', seq: 0, stale: true });
      expect(logged).toEqual([expect.stringContaining('another version, engine or user')]);
      expect(await readdir(folder.path)).toEqual([]);
    }
  });

  it('CCH2 the key changes with the engine, the user, and each projection and its version', () => {
    const projections = [{ name: 'recordings', version: 1 }];
    const keys = [
      cacheKey(OWNER, projections),
      cacheKey({ ...OWNER, engine: 'sidecar' }, projections),
      cacheKey({ ...OWNER, identity: 'cd'.repeat(32) }, projections),
      cacheKey(OWNER, [{ name: 'recordings', version: 2 }]),
      cacheKey(OWNER, [...projections, { name: 'more', version: 1 }]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(cacheKey({ ...OWNER }, [...projections])).toBe(keys[0]);
  });

  it('CCH3 whatever is damaged, the snapshot is thrown away with one line, and the baseline builds it anew', async () => {
    const damages = {
      flips: async (path: string, place: number) => {
        const bytes = await readFile(path);
        const at = place % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << (place % 8));
        await writeFile(path, bytes);
      },
      truncates: async (path: string, place: number) => truncate(path, place % (await stat(path)).size),
      removes: async (path: string) => rm(path),
    };
    const damage = fc.constantFrom(...Object.values(damages));
    await fc.assert(
      fc.asyncProperty(damage, fc.nat(), fc.nat(), async (harm, which, place) => {
        await using folder = await tempFolder();
        const before = await savedRun(folder.path);
        logged.length = 0;
        const files = await filesOf(folder.path);
        const file = files[which % files.length]!;
        const isMissing = harm === damages.removes && file === 'snapshot.json';
        await harm(join(folder.path, file), place);
        const { models, cache, bring } = aRun(folder.path);
        const told = await (await cache.restore())?.known();
        expect(told).toBeUndefined();
        await models.loaded;
        expect(models).toMatchObject({ epoch: '', seq: 0, stale: true });
        expect(logged).toEqual(isMissing ? [] : [expect.stringContaining('discarded')]);
        if (!isMissing) expect(await readdir(folder.path)).toEqual([]);
        bring(baseline(2_500, ROWS));
        expect(models.fingerprint()).toBe(before.fingerprint());
        await cache.close();
        expect(await (await aRun(folder.path).cache.restore())?.known()).toBeDefined();
      }),
      { numRuns: 25 },
    );
  });

  it('CCH3 a damaged page that a query meets first refuses that query and nothing else', async () => {
    await using folder = await tempFolder();
    await savedRun(folder.path);
    const oldest = (await filesOf(folder.path)).find((file) => file.startsWith('recordings-0'))!;
    await truncate(join(folder.path, oldest), 100);
    const { models, cache } = aRun(folder.path);
    const restored = await cache.restore();
    expect(models.row('recordings', 2_400)).toMatchObject({ id: 2_400 });
    expect(() => models.row('recordings', 1)).toThrow(expect.objectContaining({ code: 'NOT_READY' }));
    expect(await restored!.known()).toBeUndefined();
    expect(models.row('recordings', 1)).toBeUndefined();
  });

  it('CCH4 saving writes only the pages whose rows have changed, and removes what they replace', async () => {
    await using folder = await tempFolder();
    const first = aRun(folder.path, { everyMs: 1 });
    first.bring(baseline(2_500, ROWS));
    await until(() => existsSync(join(folder.path, 'snapshot.json')), 'the first snapshot');
    const before = await filesOf(folder.path);
    const after = aRecording({ id: 1_500, transcription: 'changed', seq: 2_501 });
    first.bring(transaction(2_501, [{ area: 'recordings', after }]));
    await first.cache.close();
    const now = await filesOf(folder.path);
    expect(now).toHaveLength(before.length);
    const isNew = now.filter((file) => !before.includes(file)).map((file) => file.split('.')[0]);
    expect(isNew).toEqual(['recordings-1', 'statistics-0']);

    const second = aRun(folder.path);
    await (await second.cache.restore())!.known();
    expect(second.models.row('recordings', 1_500)).toEqual(after);
    second.bring(baseline(2_501, []));
    await second.cache.close();
    expect(await filesOf(folder.path)).toEqual(now);
    second.bring(transaction(2_502, [{ area: 'settings', after: aSetting('theme', 'light', 2_502) }]));
    await second.cache.close();
    const last = await filesOf(folder.path);
    expect(last.filter((file) => !now.includes(file)).map((file) => file.split('.')[0])).toEqual([
      'settings-0',
    ]);
  });

  it('CCH4 nothing is saved while the read models are stale', async () => {
    await using folder = await tempFolder();
    const { cache } = aRun(folder.path);
    cache.onConnected();
    await cache.close();
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('CCH8 the snapshot of a new history does not wait as long as that of one that is known', async () => {
    await using folder = await tempFolder();
    const run = aRun(folder.path);
    run.bring(baseline(1, []));
    while ((await aRun(folder.path).cache.restore())?.seq !== 1) await sleep(50);
    run.bring(transaction(2, [{ area: 'settings', after: aSetting('theme', 'dark') }]));
    await sleep(1_000);
    expect(await aRun(folder.path).cache.restore()).toMatchObject({ epoch: EPOCH, seq: 1 });
    await run.cache.close();
    expect(await aRun(folder.path).cache.restore()).toMatchObject({ epoch: EPOCH, seq: 2 });
  });

  it('CCH5 a cache that cannot be written is told once; the snapshot before stays, and no other file is touched', async () => {
    await using folder = await tempFolder();
    await savedRun(folder.path);
    const before = await filesOf(folder.path);
    await chmod(folder.path, 0o755);
    const { models, cache, bring } = aRun(folder.path);
    await (await cache.restore())!.known();
    bring(baseline(2_501, [{ area: 'settings', after: aSetting('a', 1, 2_501) }]));
    await cache.close();
    await cache.close();
    expect(logged).toEqual([expect.stringContaining('could not be written')]);
    expect(models.seq).toBe(2_501);
    expect(await filesOf(folder.path)).toEqual(before);
    await chmod(folder.path, 0o700);
    await writeFile(join(folder.path, 'somebody-elses.json'), '{}');
    await cache.close();
    expect(await filesOf(folder.path)).toContain('somebody-elses.json');
    expect(await (await aRun(folder.path).cache.restore())?.known()).toMatchObject({ seq: 2_501 });
  });

  it('CCH7 folder and files are closed to other users; a link in place of the snapshot is not followed', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'cache');
    await savedRun(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const file of await filesOf(path)) expect((await stat(join(path, file))).mode & 0o777).toBe(0o600);
    await rm(join(path, 'snapshot.json'));
    await symlink('/etc/hostname', join(path, 'snapshot.json'));
    expect(await aRun(path).cache.restore()).toBeUndefined();
    expect(logged).toEqual([expect.stringContaining('symbolic link')]);
  });
});
