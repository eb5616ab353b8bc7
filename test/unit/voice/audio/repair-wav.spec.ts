import {
  appendFile,
  copyFile,
  mkdir,
  readFile,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { findLeftovers } from '../../../../src/infra/voice/audio/find-leftovers.ts';
import { repairWav } from '../../../../src/infra/voice/audio/repair-wav.ts';
import { wavHeader } from '../../../../src/infra/voice/audio/wav-header.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { toneFile } from '../../../support/tone.ts';

const FIXTURE = join(import.meta.dirname, '../../../fixtures/audio/open-the-calculator.wav');
const sound = (bytes: number) => Buffer.from(Uint8Array.from({ length: bytes }, (_, i) => i % 251));

async function untouched(path: string): Promise<void> {
  const [before, { mtimeMs, ctimeMs }] = [await readFile(path), await stat(path)];
  expect((await repairWav(path)).repaired).toBe(false);
  expect(await readFile(path)).toEqual(before);
  expect(await stat(path)).toMatchObject({ mtimeMs, ctimeMs });
}

describe('a take whose recorder was killed', () => {
  it('TAK48 gets a header that says what it holds, loses half a frame at most, and keeps its time', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'take.wav');
    const check = async (declared: number, bytes: number) => {
      await writeFile(path, Buffer.concat([wavHeader(16_000, declared), sound(bytes)]));
      const time = new Date('2026-05-01T09:30:15Z');
      await utimes(path, time, time);
      const samples = Math.floor(bytes / 2);
      expect(await repairWav(path)).toMatchObject({ samples, sample_rate: 16_000 });
      const file = await readFile(path);
      expect(file).toEqual(Buffer.concat([wavHeader(16_000, samples * 2), sound(samples * 2)]));
      expect((await stat(path)).mtime).toEqual(time);
      await untouched(path);
    };
    const sizes = fc.integer({ min: 0, max: 5_000 });
    await fc.assert(fc.asyncProperty(sizes, sizes, check), { numRuns: 200 });
    await check(0xffff_ffff, 1_000);
    // A header that counts half a frame, found by this property.
    await check(7, 7);
  });

  it('TAK48 keeps whole frames of other formats', async () => {
    await using folder = await tempFolder();
    const path = await toneFile(folder.path, { channels: 2, width: 3, rate: 48_000 });
    await truncate(path, 44 + 6 * 1_000 + 5);
    expect(await repairWav(path)).toEqual({
      repaired: true,
      samples: 1_000,
      duration_ms: 21,
      sample_rate: 48_000,
    });
    expect((await stat(path)).size).toBe(44 + 6 * 1_000);
  });
});

describe('a healthy file', () => {
  it.each([1, 2, 3, 4] as const)('TAK49 of %s bytes a sample is not touched', async (width) => {
    await using folder = await tempFolder();
    await untouched(await toneFile(folder.path, { width, channels: 1, seconds: 0.5, rate: 22_051 }));
  });

  it('TAK49 of another program is not touched', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'take.wav');
    await copyFile(FIXTURE, path);
    await untouched(path);
  });

  it('TAK49 with chunks behind the sound is not touched, counted in its header or not', async () => {
    await using folder = await tempFolder();
    const path = await toneFile(folder.path);
    await appendFile(path, Buffer.from('LIST\x04\0\0\0INFOid3 \x02\0\0\0ab', 'latin1'));
    await untouched(path);
    const file = await readFile(path);
    file.writeUInt32LE(file.length - 8, 4);
    await writeFile(path, file);
    await untouched(path);
  });

  it('TAK49 without a sample is not touched', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'take.wav');
    await writeFile(path, wavHeader(16_000, 0));
    await untouched(path);
    expect(await repairWav(path)).toMatchObject({ samples: 0, duration_ms: 0 });
  });

  it('TAK50 what is no sound is refused and stays as it is', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'take.wav');
    for (const content of ['', 'RIFF', 'hello, this is no sound at all, it is a text']) {
      await writeFile(path, content);
      await expect(repairWav(path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { path } });
      expect(await readFile(path, 'utf8')).toBe(content);
    }
    const link = join(folder.path, 'link.wav');
    await symlink(FIXTURE, link);
    await expect(repairWav(link)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(repairWav(folder.path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(repairWav(join(folder.path, 'gone.wav'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('what an earlier run left', () => {
  it('TAK51 are the WAV files that no row names, and the rows whose take was under way', async () => {
    await using folder = await tempFolder();
    const recordings = join(folder.path, 'recordings');
    await mkdir(join(recordings, 'folder.wav'), { recursive: true });
    const link = join(folder.path, 'link');
    await symlink(recordings, link);
    const path = (name: string) => join(recordings, name);
    for (const name of ['b.wav', 'a.wav', 'known.wav', 'by-link.wav', 'notes.txt']) {
      await writeFile(path(name), 'x');
    }
    const row = (
      id: number,
      file_path: string,
      status: 'recording' | 'recorded' | 'transcribing' | 'completed',
    ) => ({
      id,
      file_path,
      status,
    });
    const rows = [
      row(4, path('known.wav'), 'completed'),
      row(3, path('gone.wav'), 'transcribing'),
      row(2, path('by-link.wav'), 'recorded'),
      row(1, '/elsewhere/a.wav', 'recording'),
    ];
    const expected = [rows[3], rows[1]];
    expect(await findLeftovers(recordings, rows)).toEqual({
      orphans: [path('a.wav'), path('b.wav')],
      unfinished: expected,
    });
    expect((await findLeftovers(link, rows)).orphans).toEqual([join(link, 'a.wav'), join(link, 'b.wav')]);
    expect(await findLeftovers(path('none'), rows)).toEqual({ orphans: [], unfinished: expected });
  });
});
