import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { download } from '../../../../src/infra/voice/models/download.ts';
import { HeycatError } from '../../../../src/errors.ts';
import {
  answering,
  type Behaviour,
  cutAfter,
  fileServer,
  rangeless,
  stallAfter,
} from '../../../support/file-server.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const CONTENT = randomBytes(300_000);
const sha256 = createHash('sha256').update(CONTENT).digest('hex');
const QUICK = { sha256, pauseMs: 1, stallMs: 500 };

async function run(behaviours: readonly Behaviour[], before?: Buffer) {
  const folder = await tempFolder();
  const server = await fileServer(CONTENT, 'model.bin', behaviours);
  const path = join(folder.path, 'model.partial');
  if (before !== undefined) await writeFile(path, before);
  const told: [number, number][] = [];
  const { url, ranges } = server;
  const onProgress = (done: number, total: number) => told.push([done, total]);
  return {
    ranges,
    told,
    path,
    url,
    onProgress,
    done: () => download(path, { ...QUICK, url, onProgress }),
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('downloads', () => {
  it('MDL1 go on where the connection broke, and come out whole (upstream defect 22)', async () => {
    await using broken = await run([cutAfter(100_000), answering(503), cutAfter(70_000), cutAfter(1)]);
    await broken.done();
    expect((await readFile(broken.path)).equals(CONTENT)).toBe(true);
    expect(broken.ranges[0]).toBeUndefined();
    const starts = broken.ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range!)![1]));
    expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
    expect(starts.at(-1)).toBeGreaterThan(100_000);
    expect(broken.told.at(-1)).toEqual([CONTENT.length, CONTENT.length]);
  });

  it('MDL1 go on from what an earlier run left, also when that was all', async () => {
    await using left = await run([], CONTENT.subarray(0, 123_456));
    await left.done();
    expect(left.ranges).toEqual(['bytes=123456-']);
    expect((await readFile(left.path)).equals(CONTENT)).toBe(true);
    await using complete = await run([], CONTENT);
    await complete.done();
    await using rangelessServer = await run([rangeless], CONTENT.subarray(0, 1_000));
    await rangelessServer.done();
    expect((await readFile(rangelessServer.path)).equals(CONTENT)).toBe(true);
  });

  it('MDL1 give a connection up that brings nothing, and a server that is not there', async () => {
    await using stalled = await run([stallAfter(200_000)]);
    await stalled.done();
    expect((await readFile(stalled.path)).equals(CONTENT)).toBe(true);
    await using gone = await run([]);
    await gone[Symbol.asyncDispose]();
    await expect(gone.done()).rejects.toMatchObject({ code: 'INTERNAL', details: { url: gone.url } });
  });

  it('MDL2 remove what is not what was expected, and say where it came from', async () => {
    await using wrong = await run([], Buffer.alloc(50_000, 1));
    await expect(wrong.done()).rejects.toMatchObject({ code: 'CONFLICT', details: { url: wrong.url } });
    await expect(readFile(wrong.path)).rejects.toMatchObject({ code: 'ENOENT' });
    // Then there is nothing to go on from, and it comes whole.
    await wrong.done();
    await using absent = await run([answering(404)]);
    await expect(absent.done()).rejects.toMatchObject({ code: 'INTERNAL', details: { status: 404 } });
    expect(absent.ranges).toHaveLength(1);
  });

  it('MDL3 keep what has come when they are ended', async () => {
    await using stalled = await run([stallAfter(200_000)]);
    const ended = new AbortController();
    const { path, url } = stalled;
    const onProgress = (done: number) => {
      if (done >= 200_000) ended.abort(new HeycatError('CANCELLED'));
    };
    const running = download(path, { ...QUICK, stallMs: 60_000, url, onProgress, signal: ended.signal });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await readFile(path)).length).toBe(200_000);
  });
});
