import { execFileSync } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageFailure } from '../../../../src/dictation/ports/take-files.ts';
import { GrowingWav, type WavTake } from '../../../../src/infra/voice/audio/take-files.ts';
import { repairWav } from '../../../../src/infra/voice/audio/repair-wav.ts';
import { WavHeaderInspector } from '../../../../src/infra/voice/audio/wav-header.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { runTypescript } from '../../../support/typescript-child.ts';

const startedAt = new Date('2026-05-01T09:30:15.123Z');
const counted = (from: number, length: number) =>
  Int16Array.from({ length }, (_, i) => ((from + i) % 60_000) - 30_000);
const create = (folder: string, more = {}) =>
  GrowingWav.create({ folder, sampleRate: 16_000, startedAt, ...more });

describe('a take on disk', () => {
  it('TAK40 is written where it stays: no rename can fail and lose it (upstream defect 3)', async () => {
    await using folder = await tempFolder();
    const wav = await create(join(folder.path, 'recordings'));
    wav.append(counted(0, 1_000));
    const take = await wav.finish();
    expect(take).toEqual({ path: wav.path, samples: 1_000, duration_ms: 63 });
    const bytes = await readFile(wav.path);
    expect(new Int16Array(Uint8Array.from(bytes.subarray(44)).buffer)).toEqual(counted(0, 1_000));
    expect(await new WavHeaderInspector().inspect(wav.path)).toEqual({
      duration_ms: 63,
      sample_rate: 16_000,
    });
    expect((await stat(wav.path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder.path, 'recordings'))).mode & 0o777).toBe(0o700);
  });

  it('TAK41 has a name of its own, also within one millisecond (upstream defect 4)', async () => {
    await using folder = await tempFolder();
    const takes = await Promise.all(Array.from({ length: 300 }, () => create(folder.path)));
    const names = new Set(takes.map(({ path }) => basename(path)));
    expect(names.size).toBe(300);
    for (const name of names) expect(name).toMatch(/^recording-2026-05-01T09-30-15-123Z-[\da-f]{4}\.wav$/);
    await Promise.all(takes.map((take) => take.finish()));
  });

  it('TAK42 lasts as long as its samples, whatever the clock says (upstream defect 23)', async () => {
    await using folder = await tempFolder();
    const wav = await create(folder.path);
    for (let i = 0; i < 50; i++) wav.append(counted(i * 320, 320));
    expect([wav.samples, wav.durationMs]).toEqual([16_000, 1_000]);
    await sleep(100);
    expect(await wav.finish()).toMatchObject({ samples: 16_000, duration_ms: 1_000 });
    wav.append(counted(0, 320));
    expect(await wav.finish()).toMatchObject({ samples: 16_000 });
  });

  it('TAK43 has a header that is true while it grows', async () => {
    await using folder = await tempFolder();
    const wav = await create(folder.path);
    let told = 0;
    for (let i = 0; i < 60; i++) {
      wav.append(counted(i * 320, 320));
      await sleep(20);
      const file = await readFile(wav.path);
      const size = file.readUInt32LE(40);
      expect([size <= file.length - 44, size % 2, file.readUInt32LE(4)]).toEqual([true, 0, size + 36]);
      expect(size).toBeGreaterThanOrEqual(told);
      told = size;
    }
    expect(told).toBeGreaterThan(0);
    await wav.finish();
  });

  it('TAK44 ends with what there is when the disk is full, and says so', async () => {
    await using folder = await tempFolder();
    // A limit on the size of files is a full disk that every machine can have.
    const { line } = await runTypescript('wav-writer.ts', [folder.path, '0'], 'ulimit -f 100');
    const take = JSON.parse(line) as WavTake;
    expect(take.failure).toMatchObject({
      reason: 'disk_full',
      message: expect.stringMatching(/full/) as string,
    });
    const { size } = await stat(take.path);
    expect(size).toBeGreaterThan(90 * 512);
    expect(size).toBe(44 + take.samples * 2);
    const bytes = await readFile(take.path);
    expect(new Int16Array(Uint8Array.from(bytes.subarray(44)).buffer)).toEqual(counted(0, take.samples));
    expect(await repairWav(take.path)).toMatchObject({ repaired: false, samples: take.samples });
  });

  it('TAK45 ends with a disk that is too slow rather than fill the memory, and keeps what came before', async () => {
    await using folder = await tempFolder();
    const failures: StorageFailure[] = [];
    const onFailure = (failure: StorageFailure) => failures.push(failure);
    const wav = await create(folder.path, { backlogBytesMax: 64_000, onFailure });
    // Without a turn of the event loop nothing can be written.
    for (let i = 0; i < 200; i++) wav.append(counted(i * 320, 320));
    expect(failures).toEqual([expect.objectContaining({ reason: 'disk_slow' })]);
    const take = await wav.finish();
    expect(take).toMatchObject({ samples: 32_000, failure: { reason: 'disk_slow' } });
    const bytes = await readFile(wav.path);
    expect(new Int16Array(Uint8Array.from(bytes.subarray(44)).buffer)).toEqual(counted(0, 32_000));
  });

  it('TAK44 ends with what there is when the disk fails', async () => {
    await using folder = await tempFolder();
    const wav = await create(folder.path);
    wav.append(counted(0, 16_000));
    await sleep(100);
    const probe = await open(wav.path);
    const prototype = Object.getPrototypeOf(probe) as { datasync: () => Promise<void> };
    await probe.close();
    const { datasync } = prototype;
    prototype.datasync = () => Promise.reject(Object.assign(new Error('I/O error'), { code: 'EIO' }));
    try {
      while (wav.failure === undefined) {
        wav.append(counted(16_000, 320));
        await sleep(20);
      }
    } finally {
      prototype.datasync = datasync;
    }
    const take = await wav.finish();
    expect(take.failure?.reason).toBe('disk_failed');
    expect(take.samples).toBeGreaterThanOrEqual(16_000);
    expect(await repairWav(wav.path)).toMatchObject({ repaired: false, samples: take.samples });
  });

  it('TAK46 does not hold up the event loop', async () => {
    await using folder = await tempFolder();
    const wav = await create(folder.path);
    let longest = 0;
    for (let i = 0; i < 100; i++) {
      const before = performance.now();
      wav.append(counted(0, 16_000));
      longest = Math.max(longest, performance.now() - before);
      await sleep(1);
    }
    expect((await wav.finish()).samples).toBe(1_600_000);
    expect(longest).toBeLessThan(100);
  });
});

describe('the tools here', () => {
  it('TAK40 another program reads the take too', async () => {
    await using folder = await tempFolder();
    const wav = await create(folder.path);
    wav.append(counted(0, 8_000));
    const { path } = await wav.finish();
    const script = 'import sys, wave; w = wave.open(sys.argv[1]); print(w.getparams()[:4])';
    expect(execFileSync('python3', ['-c', script, path], { encoding: 'utf8' })).toBe('(1, 2, 16000, 8000)\n');
  });
});
