import { open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import {
  BODY,
  newGroup,
  readSegments,
  SegmentLog,
  type SegmentPlace,
} from '../../../../src/infra/process/files/segment-log.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { failing } from '../../journal/failing-disk.ts';

const MAGIC = 0x12345678;
const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });

function group(body: Uint8Array): Buffer {
  const bytes = newGroup(body.length);
  bytes.set(body, BODY);
  return bytes;
}

async function written(place: SegmentPlace, texts: readonly Uint8Array[]): Promise<SegmentLog> {
  const log = await SegmentLog.continue(place, await readSegments(place));
  for (const text of texts) await log.append(group(text));
  return log;
}

const read = async (place: SegmentPlace) =>
  (await readSegments(place)).flatMap(({ groups }) => groups.map((bytes) => bytes.toString('latin1')));
const texts = (groups: readonly Uint8Array[]) => groups.map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('a log of segments', () => {
  it('JRN1 gives back what was appended, over restarts and rotations, in files that only the owner reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bodies, { maxLength: 4 }), async (files) => {
        await using folder = await tempFolder();
        const place = { folder: folder.path, name: 'log', magic: MAGIC };
        for (const [index, each] of files.entries()) {
          const log = await written(place, each);
          if (index % 2 === 0) {
            await log.rotate();
            log.appendSync(group(Buffer.from('behind')));
          }
          await log.close();
        }
        const expected = files.flatMap((each, index) => [
          ...texts(each),
          ...(index % 2 === 0 ? ['behind'] : []),
        ]);
        expect(await read(place)).toEqual(expected);
        for (const name of await readdir(folder.path))
          expect((await stat(join(folder.path, name))).mode & 0o777).toBe(0o600);
      }),
      { numRuns: 20 },
    );
  });

  it('JRN2 cut off at any byte it gives the whole groups before, and goes on behind them', async () => {
    await using folder = await tempFolder();
    const whole = { folder: folder.path, name: 'whole', magic: MAGIC };
    const groups = ['one', '', 'three three', 'four'].map((text) => Buffer.from(text));
    await (await written(whole, groups)).close();
    const bytes = await readFile(join(folder.path, 'whole-0000000001'));
    const ends = groups.map((_, index) =>
      groups.slice(0, index + 1).reduce((sum, { length }) => sum + BODY + length, 0),
    );
    for (let cut = 0; cut <= bytes.length; cut++) {
      const place = { folder: folder.path, name: `cut${cut}`, magic: MAGIC };
      await writeFile(join(folder.path, `cut${cut}-0000000001`), bytes.subarray(0, cut));
      const kept = texts(groups.slice(0, ends.filter((end) => end <= cut).length));
      const [segment] = await readSegments(place);
      expect(segment!.state).toBe(cut === 0 || ends.includes(cut) ? 'intact' : 'torn');
      for (const more of ['next', 'last']) {
        await (await written(place, [Buffer.from(more)])).close();
        kept.push(more);
        expect(await read(place)).toEqual(kept);
      }
    }
  });

  it('JRN2 a group that a crash cut off in the room made ahead is cut off, and the log goes on behind those before', async () => {
    await using folder = await tempFolder();
    const whole = { folder: folder.path, name: 'whole', magic: MAGIC };
    const groups = ['one', 'two two'].map((text) => Buffer.from(text));
    await (await written(whole, groups)).close();
    const bytes = await readFile(join(folder.path, 'whole-0000000001'));
    // Its first four bytes, with zeros behind, are a group without anything in it.
    for (let cut = BODY + 3 + 5; cut < bytes.length; cut++) {
      const place = { folder: folder.path, name: `cut${cut}`, magic: MAGIC };
      const found = Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(300)]);
      await writeFile(join(folder.path, `cut${cut}-0000000001`), found);
      expect((await readSegments(place))[0]!.state).toBe('torn');
      await (await written(place, [Buffer.from('next')])).close();
      expect(await read(place)).toEqual(['one', 'next']);
    }
  });

  it('JRN1 a file is as long as what is written once the log goes on elsewhere', async () => {
    await using folder = await tempFolder();
    const place = { folder: folder.path, name: 'log', magic: MAGIC };
    const log = await written(place, [Buffer.from('one')]);
    await log.rotate();
    await log.append(group(Buffer.from('four')));
    await log.close();
    const sizes = ['log-0000000001', 'log-0000000002'].map((name) => stat(join(folder.path, name)));
    expect((await Promise.all(sizes)).map(({ size }) => size)).toEqual([BODY + 3, BODY + 4]);
  });

  it('JRN3 a byte that changed anywhere costs its group alone, and is a damage unless it is in the last', async () => {
    await using folder = await tempFolder();
    const whole = { folder: folder.path, name: 'whole', magic: MAGIC };
    const groups = ['one', 'twotwo', 'three'].map((text) => Buffer.from(text));
    await (await written(whole, groups)).close();
    const bytes = await readFile(join(folder.path, 'whole-0000000001'));
    for (let at = 0; at < bytes.length; at++) {
      const place = { folder: folder.path, name: `flip${at}`, magic: MAGIC };
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      await writeFile(join(folder.path, `flip${at}-0000000001`), flipped);
      const hit = [0, 1, 2].find(
        (index) => at < groups.slice(0, index + 1).reduce((sum, { length }) => sum + BODY + length, 0),
      )!;
      const [segment] = await readSegments(place);
      expect(texts(segment!.groups)).toEqual(texts(groups.filter((_, index) => index !== hit)));
      expect(segment!.state).toBe(hit === 2 ? 'torn' : 'damaged');
    }
  });

  it('JRN3 an end that is missing in a file before the last one is a damage', async () => {
    await using folder = await tempFolder();
    const place = { folder: folder.path, name: 'log', magic: MAGIC };
    for (const text of ['one', 'two']) await (await written(place, [Buffer.from(text)])).close();
    const first = join(folder.path, 'log-0000000001');
    const bytes = await readFile(first);
    await writeFile(first, bytes.subarray(0, bytes.length - 1));
    expect((await readSegments(place)).map(({ state }) => state)).toEqual(['damaged', 'intact']);
  });

  it.each(['write', 'sync', 'half'] as const)(
    'JRN4 after a %s that fails nothing of its group is there, and the next one follows',
    async (kind) => {
      await using folder = await tempFolder();
      const place = { folder: folder.path, name: 'log', magic: MAGIC };
      const log = await written(place, [Buffer.from('before')]);
      await using disk = await failing(folder.path, kind);
      const refused = await log.append(group(Buffer.from('refused'))).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'ENOSPC' });
      expect(await read(place)).toEqual(['before']);
      expect((await readSegments(place))[0]!.state).toBe('intact');
      disk.hasRoom = true;
      await log.append(group(Buffer.from('after')));
      await log.close();
      expect(await read(place)).toEqual(['before', 'after']);
    },
  );

  it('JRN4 what a failed append left is taken away before anything follows, when it could not be at once', async () => {
    await using folder = await tempFolder();
    const place = { folder: folder.path, name: 'log', magic: MAGIC };
    const log = await written(place, [Buffer.from('before')]);
    await using disk = await failing(folder.path, 'stuck');
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(log.append(group(Buffer.from('refused')))).rejects.toMatchObject({ code: 'ENOSPC' });
    expect((await readSegments(place))[0]!.state).toBe('torn');
    disk.hasRoom = true;
    await log.append(group(Buffer.from('after')));
    await log.close();
    expect(await read(place)).toEqual(['before', 'after']);
  });
});

it('JRN1 the test disk fails as the real one does', async () => {
  await using folder = await tempFolder();
  await using _ = await failing(folder.path, 'half');
  const file = await open(join(folder.path, 'x'), 'w');
  expect((await file.write(Buffer.from('1234'), 0)).bytesWritten).toBe(2);
  await expect(file.write(Buffer.from('34'), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  await file.close();
});
