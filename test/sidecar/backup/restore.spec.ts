import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { BackupFile } from '../../../src/infra/backup/backup-file.ts';
import { Backups } from '../../../src/infra/backup/backups.ts';
import { BackupsFolder } from '../../../src/infra/backup/backups-folder.ts';
import { LOCAL_ENGINES, type LocalEngine } from '../../../src/infra/database/current-engine.ts';
import type { EngineEndpoint } from '../../../src/infra/database/engine.ts';
import { readHead } from '../../../src/infra/database/history/user-rows.ts';
import { DiskRoom } from '../../../src/infra/process/files/disk-room.ts';
import { InstanceLock } from '../../../src/infra/process/files/instance-lock.ts';
import { describeOnEngines } from '../../support/engines.ts';
import { MovingFolder, contentsOf, writeEverywhere } from '../../support/moving-folder.ts';
import { describeWithServer } from '../../support/spacetimedb.ts';
import { Published } from '../../support/published.ts';

/** Everything in digests; the head apart from its epoch, which is another after a restore. */
async function contents(folder: MovingFolder, kind?: LocalEngine) {
  return folder.on(async (endpoint: EngineEndpoint) => {
    const { stream_heads: _withEpoch, ...tables } = await contentsOf(endpoint);
    const { epoch, rowKey, ownerIdentity, ...next } = (await readHead(endpoint)).value;
    return { epoch, state: { ...tables, next, owner: [rowKey, ownerIdentity.toHexString()] } };
  }, kind);
}

/** Changes rows, adds some and deletes some. */
const later = (folder: MovingFolder) =>
  folder.command(async (ledger) => {
    const submit = (reducer: string, args: object) =>
      ledger.submit({ reducer, args: { ...args, expected_seq: null }, wait_ms: 30_000 });
    await submit('save_setting', { key: 'theme', value: '"light"' });
    await submit('save_setting', { key: 'later', value: '1' });
    await submit('delete_recording', { id: 1 });
    await submit('delete_window_context', { id: 1 });
  });

describeOnEngines('a backup', (kind) => {
  it('BAK1 BAK5 brings back exactly what was there, under a new epoch, and keeps what it replaces', async () => {
    await using folder = await MovingFolder.make();
    await folder.command(writeEverywhere, kind);
    const before = await contents(folder);
    const made = await folder.backUp();
    expect(made).toMatchObject({ epoch: before.epoch, events: 17, receipts: 17 });
    await later(folder);
    const replaced = await contents(folder);
    expect(replaced.state).not.toEqual(before.state);
    for (const name of ['journal', 'cache']) {
      await mkdir(join(folder.path, name), { recursive: true });
      await writeFile(join(folder.path, name, 'of-before'), name);
    }

    const restored = await folder.restore(made.file);
    const kept = [`engine/${kind}.old-1`, 'journal.old-1', 'cache.old-1'].map((name) =>
      join(folder.path, name),
    );
    expect(restored).toMatchObject({ engine: kind, made_at: made.made_at, events: 17, receipts: 17, kept });
    const after = await contents(folder);
    expect(after).toEqual({ epoch: restored.epoch, state: before.state });
    expect(after.epoch).not.toBe(before.epoch);
    expect(await readFile(join(folder.path, 'journal.old-1', 'of-before'), 'utf8')).toBe('journal');
    expect(await readdir(folder.path)).not.toContain('cache');
    expect((await readdir(folder.engineFolder('.'))).sort()).toEqual(['current', kind, `${kind}.old-1`]);

    // The next ids and seqs go on from those of the backup, and a second restore sets the first one aside.
    const added = await folder.command((ledger) =>
      ledger.submit({
        reducer: 'add_dictionary_entry',
        args: { entry: { trigger: 'x', replacement: 'y', enabled: true } },
        wait_ms: 30_000,
      }),
    );
    expect(added).toMatchObject({ seq: 18, result: { id: 3 } });
    expect((await folder.restore(made.file)).kept).toEqual([join(folder.path, `engine/${kind}.old-2`)]);
    expect((await contents(folder)).state).toEqual(before.state);
  });

  it('BAK2 is one moment, also while commands go on', async () => {
    await using folder = await MovingFolder.make();
    const made = await folder.command(async (ledger, engine) => {
      await writeEverywhere(ledger);
      const stop = new AbortController();
      const load = (async () => {
        for (let number = 0; !stop.signal.aborted; number++) {
          const args = { key: `k${number % 3}`, value: String(number), expected_seq: null };
          await ledger.submit({ reducer: 'save_setting', args, wait_ms: 30_000 });
        }
      })();
      const file = join(folder.path, 'live.backup');
      const backups = new Backups({
        engine,
        folder: new BackupsFolder(folder.path),
        room: new DiskRoom(folder.path),
        events: new Published(),
      });
      try {
        return await backups.make(file);
      } finally {
        stop.abort();
        await load;
      }
    }, kind);
    const lines = gunzipSync((await readFile(made.file)).subarray(0, -32))
      .toString()
      .trim()
      .split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, Record<string, string>>);
    const seqs = parsed.flatMap(({ event }) => (event ? [Number(event['seq'])] : []));
    expect(seqs).toEqual(Array.from({ length: made.events }, (_, index) => index + 1));
    const commands = new Set(parsed.flatMap(({ event }) => (event ? [event['command_id']] : [])));
    const receipts = parsed.flatMap(({ receipt }) => (receipt ? [receipt] : []));
    const writers = receipts.filter((each) => Number(each['last_seq']) >= Number(each['first_seq']));
    expect(new Set(writers.map((each) => each['command_id']))).toEqual(commands);
    expect(await folder.restore(made.file)).toMatchObject({ events: made.events, receipts: made.receipts });
  });

  it('BAK4 of an empty history, too', async () => {
    await using folder = await MovingFolder.make();
    await folder.on(async () => undefined, kind);
    const made = await folder.backUp();
    expect(made).toMatchObject({ events: 0, receipts: 0 });
    await folder.command(writeEverywhere);
    expect(await folder.restore(made.file)).toMatchObject({ events: 0, receipts: 0 });
    expect(await folder.contents()).toEqual({ stream_heads: expect.objectContaining({ rows: 1 }) });
  });

  it('BAK6 an engine that cannot start any more is replaced', async () => {
    await using folder = await MovingFolder.make();
    await folder.command(writeEverywhere, kind);
    const before = await contents(folder);
    const made = await folder.backUp();
    await spoil(folder.engineFolder(kind));
    await expect(folder.on(async () => undefined)).rejects.toThrow();
    const { kept } = await folder.restore(made.file);
    expect(kept).toEqual([folder.engineFolder(`${kind}.old-1`)]);
    expect((await contents(folder)).state).toEqual(before.state);
  });
});

/** Every file of the engine becomes noise. */
async function spoil(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), randomBytes(4_096));
}

describeWithServer('a backup of the other engine', () => {
  it.each(LOCAL_ENGINES)('BAK3 one of the %s engine is restored into the other', async (from) => {
    await using folder = await MovingFolder.make();
    const to = LOCAL_ENGINES.find((kind) => kind !== from)!;
    await folder.command(writeEverywhere, from);
    const before = await contents(folder);
    const made = await folder.backUp();
    await later(folder);
    const { kept } = await folder.restore(made.file, { engine: to });
    expect(kept).toEqual([folder.engineFolder(from)]);
    expect(await folder.current()).toBe(to);
    expect((await contents(folder)).state).toEqual(before.state);
  });
});

describe('what is no backup, or cannot be one now', () => {
  let folder: MovingFolder;
  let file: string;
  let whole: Buffer;
  let before: object;
  beforeAll(async () => {
    folder = await MovingFolder.make();
    await folder.command(writeEverywhere, 'embedded');
    before = await contents(folder);
    ({ file } = await folder.backUp());
    whole = await readFile(file);
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  async function opened(bytes: Uint8Array): Promise<string> {
    const path = join(folder.path, 'damaged.backup');
    await writeFile(path, bytes);
    return BackupFile.open(path).then(
      (backup) => backup[Symbol.asyncDispose]().then(() => 'whole'),
      ({ code }: { code: string }) => code,
    );
  }

  /** Restoring it is refused, and nothing is another than before. */
  async function refused(bytes: Uint8Array): Promise<string> {
    const path = join(folder.path, 'damaged.backup');
    await writeFile(path, bytes);
    const error = await folder.restore(path).then(
      () => ({ code: 'restored' }),
      (thrown: { code: string }) => thrown,
    );
    expect((await readdir(folder.engineFolder('.'))).sort()).toEqual(['embedded']);
    return error.code;
  }

  it('BAK4 every flipped bit and every cut is refused before anything is changed', async () => {
    for (let bit = 0; bit < whole.length * 8; bit += 5) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect({ bit, code: await opened(flipped) }).toEqual({ bit, code: 'INVALID_ARGUMENT' });
      if (bit % 500 === 0) expect(await refused(flipped)).toBe('INVALID_ARGUMENT');
    }
    for (let end = 0; end < whole.length; end += 1)
      expect({ end, code: await opened(whole.subarray(0, end)) }).toEqual({ end, code: 'INVALID_ARGUMENT' });
    expect(await opened(whole)).toBe('whole');
    expect(await refused(Buffer.concat([whole, whole]))).toBe('INVALID_ARGUMENT');
    expect(await contents(folder)).toEqual(before);
  });

  /** The backup with other lines, and a seal that fits. */
  async function forged(change: (lines: string[]) => string[]): Promise<Buffer> {
    const lines = gunzipSync(whole.subarray(0, -32)).toString().split('\n');
    const body = gzipSync(change(lines).join('\n'));
    return Buffer.concat([body, createHash('sha256').update(body).digest()]);
  }

  it('BAK4 lines that are missing, foreign or of a newer format are refused, whatever the seal says', async () => {
    const changed = (from: string, to: string) =>
      forged(([header, ...rest]) => [header!.replace(from, to), ...rest]);
    expect(await refused(await forged(([header, , ...rest]) => [header!, ...rest]))).toBe('INVALID_ARGUMENT');
    expect(await refused(await forged((lines) => [...lines.slice(0, -2), '']))).toBe('INVALID_ARGUMENT');
    expect(await refused(await forged((lines) => [...lines, 'more']))).toBe('INVALID_ARGUMENT');
    expect(await refused(await forged(() => ['hello', '']))).toBe('INVALID_ARGUMENT');
    expect(await refused(await changed('"format":1', '"format":2'))).toBe('UNSUPPORTED_SCHEMA');
    expect(await refused(await changed('"recording":"4"', '"recording":"9"'))).toBe('INTERNAL');
    expect(await contents(folder)).toEqual(before);
  });

  it('BAK4 a file that is missing or a folder is refused by name', async () => {
    await expect(folder.restore('/nowhere.backup')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(folder.restore(folder.path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('BAK7 keys of somebody else, or none, are refused, and none are made', async () => {
    await using other = await MovingFolder.make();
    await expect(other.restore(file)).rejects.toMatchObject({ code: 'NOT_AUTHORIZED' });
    expect(await readdir(other.path)).toEqual(['service.lock']);
    await other.command(writeEverywhere, 'embedded');
    await expect(other.restore(file)).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
      message: expect.stringContaining('keys/ folder'),
    });
    await expect(other.restore(file, { dataDir: join(other.path, 'none') })).rejects.toMatchObject({
      code: 'NOT_AUTHORIZED',
    });
  });

  it('BAK7 a folder with nothing but the keys gets everything', async () => {
    await using other = await MovingFolder.make();
    await mkdir(join(other.path, 'keys'), { mode: 0o700 });
    for (const name of await readdir(join(folder.path, 'keys'))) {
      const key = await readFile(join(folder.path, 'keys', name));
      await writeFile(join(other.path, 'keys', name), key, { mode: 0o600 });
    }
    expect(await other.restore(file, { engine: 'embedded' })).toMatchObject({ kept: [] });
    expect(await contents(other)).toMatchObject({ state: (before as { state: object }).state });
  });

  it('BAK8 neither is done while a service runs, which is named', async () => {
    const lock = await InstanceLock.take(folder.path);
    const busy = { code: 'BUSY', details: { pid: process.pid } };
    await expect(folder.restore(file)).rejects.toMatchObject(busy);
    await expect(folder.backUp()).rejects.toMatchObject(busy);
    await lock.release();
  });

  it('BAK9 the file is closed to others, replaces none, and goes when it cannot be finished', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'backups'))).mode & 0o777).toBe(0o700);
    await expect(folder.backUp({ file })).rejects.toMatchObject({ code: 'DUPLICATE' });
    expect(await readFile(file)).toEqual(whole);
    const nowhere = folder.backUp({ file: join(folder.path, 'none', 'a.backup') });
    await expect(nowhere).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'file' } });
    const stop = new AbortController();
    const ended = folder.backUp({ signal: stop.signal, onProgress: () => stop.abort(new Error('ended')) });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await readdir(join(folder.path, 'backups'))).toEqual([basename(file)]);
    await appendFile(file, 'x');
    await rm(file);
    await writeFile(file, whole, { mode: 0o600 });
  });

  it('BAK5 a restore that is ended leaves everything as it was', async () => {
    for (const step of ['restored', 'verified']) {
      const stop = new AbortController();
      const onProgress = (progress: { step: string }): void => {
        if (progress.step === step) stop.abort(new Error(`ended when ${step}`));
      };
      await expect(folder.restore(file, { signal: stop.signal, onProgress })).rejects.toThrow(step);
      expect(await readdir(folder.engineFolder('.'))).toEqual(['embedded']);
      expect(await contents(folder)).toEqual(before);
    }
  });
});
