import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  FirstWorkingSource,
  openMicrophones,
} from '../../../../src/infra/voice/microphone/open-microphones.ts';
import {
  installedPrograms,
  programAdvice,
} from '../../../../src/infra/voice/microphone/installed-programs.ts';
import { SourceMicrophone } from '../../../../src/infra/voice/microphone/source-microphone.ts';
import { fakeProgram } from '../../../support/fake-program.ts';
import { Heard } from '../../../support/heard.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { shareOf, toneFile } from '../../../support/tone.ts';

const FIXTURE = join(import.meta.dirname, '../../../fixtures/audio/open-the-calculator.wav');
const withStandard = (standard: string) =>
  openMicrophones({ env: { ...process.env, HEYCAT_MICROPHONE: standard } });
const listOf = (...words: string[]) => JSON.stringify(words);

async function hear(device: string | null, standard = ''): Promise<Heard> {
  const heard = new Heard();
  await withStandard(standard).open({ device }, heard);
  await heard.until(() => heard.end !== undefined);
  return heard;
}

describe('a WAV file as a microphone', () => {
  it('MIC9 is given bit by bit, then is at its end', async () => {
    const heard = await hear(`file:${FIXTURE}?fast`);
    const file = await readFile(FIXTURE);
    expect(Buffer.from(heard.pcm.buffer).equals(file.subarray(44))).toBe(true);
    expect(heard.told).toEqual(['samples', 'ended']);
    expect(heard.end).toEqual({ reason: 'exhausted' });
  });

  it('MIC9 is given as fast as it would be spoken, or much faster', async () => {
    await using folder = await tempFolder();
    const path = await toneFile(folder.path, { rate: 48_000, channels: 2 });
    const [began, fast] = [performance.now(), await hear(`file:${path}?fast`)];
    const between = performance.now();
    const real = await hear(`file:${path}`);
    expect(performance.now() - between).toBeGreaterThan(950);
    expect(between - began).toBeLessThan(900);
    expect([fast.count, real.count]).toEqual([16_000, 16_000]);
    expect(shareOf(real.pcm)).toBeGreaterThan(0.99);
  });

  it('MIC9 that is none is refused by name', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'notes.wav');
    await writeFile(path, 'hello, this is no sound at all');
    for (const device of [`file:${path}`, `file:${folder.path}`, `pipe:${path}`, `pipe:${path}.gone`]) {
      await expect(withStandard('').open({ device }, new Heard())).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining(folder.path) as string,
        details: { field: 'device' },
      });
    }
  });
});

describe('a command as a microphone', () => {
  it('MIC11 is run with its arguments as they are, and is at its end when it ends well', async () => {
    await using folder = await tempFolder();
    const raw = join(folder.path, 'a b;$(c).raw');
    await writeFile(raw, (await readFile(FIXTURE)).subarray(44));
    const heard = await hear(null, listOf('cat', raw));
    expect(heard.count).toBe((await readFile(raw)).length / 2);
    expect(heard.end).toEqual({ reason: 'exhausted' });
  });

  it('MIC11 that ends badly at once is refused with what it said', async () => {
    const opening = withStandard(listOf('cat', '/no/such/file')).open({ device: null }, new Heard());
    await expect(opening).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: expect.stringMatching(/^cat ended with code 1 and says «.*No such file.*»\.$/) as string,
    });
    await expect(hear(null, listOf('no-such-program'))).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: 'no-such-program cannot be run (ENOENT).',
    });
    await expect(hear(null, listOf('true'))).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
  });

  it.each(['[', '[]', '[1]', '["a", null]'])('MIC11 %s is refused', async (standard) => {
    await expect(hear(null, standard)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { field: 'HEYCAT_MICROPHONE' },
    });
  });
});

describe('a pipe as a microphone', () => {
  it('MIC12 takes what a program writes to a FIFO, until it closes it', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'fifo');
    execFileSync('mkfifo', [path]);
    const heard = new Heard();
    await withStandard('').open({ device: `pipe:${path}` }, heard);
    const writer = await open(path, 'w');
    // A sample in two halves.
    for (const bytes of [[1, 0, 2], [0, 255], [255]]) await writer.write(Uint8Array.from(bytes));
    await heard.samplesOf(3);
    expect(heard.end).toBeUndefined();
    await writer.close();
    await heard.until(() => heard.end !== undefined);
    expect([...heard.pcm]).toEqual([1, 2, -1]);
    expect(heard.end).toEqual({ reason: 'exhausted' });
  });

  it('MIC12 can be stopped while nobody writes', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'fifo');
    execFileSync('mkfifo', [path]);
    const heard = new Heard();
    await (await withStandard('').open({ device: `pipe:${path}` }, heard)).stop();
    expect(heard.told).toEqual(['ended']);
  });

  it('MIC12 takes what a program sends over a local socket', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'socket');
    const server = createServer((socket: Socket) => socket.end(Uint8Array.of(7, 0)));
    await once(server.listen(path), 'listening');
    const heard = await hear(`pipe:${path}`);
    server.close();
    expect([...heard.pcm]).toEqual([7]);
  });
});

describe('a machine without naudiodon', () => {
  const systemOf = (folder: string, platform: NodeJS.Platform) =>
    new SourceMicrophone(
      () => new FirstWorkingSource(installedPrograms({ PATH: folder }, platform), programAdvice(platform)),
    );

  it.each<[NodeJS.Platform, RegExp]>([
    ['linux', /alsa-utils/],
    ['darwin', /sox/],
    ['win32', /ffmpeg/],
  ])('MIC13 with no sound program on %s is told what to install', async (platform, advice) => {
    await using folder = await tempFolder();
    const refusal = { code: 'DEVICE_UNAVAILABLE', message: expect.stringMatching(advice) as string };
    const system = systemOf(folder.path, platform);
    await expect(system.open({ device: null }, new Heard())).rejects.toMatchObject(refusal);
    await expect(system.devices()).rejects.toMatchObject(refusal);
  });

  it('MIC13 records with the first sound program that works', async () => {
    await using folder = await tempFolder();
    await fakeProgram(folder.path, 'parec', `console.error('Connection refused'); process.exit(1);`);
    await fakeProgram(
      folder.path,
      'arecord',
      `setInterval(() => process.stdout.write(Buffer.from([process.argv.length, 0])), 10)`,
    );
    const heard = new Heard();
    const capture = await systemOf(folder.path, 'linux').open({ device: 'a mic' }, heard);
    await heard.samplesOf(3);
    await capture.stop();
    expect(heard.pcm[0]).toBe(12);
    expect(heard.end).toEqual({ reason: 'stopped' });
  });

  it('MIC13 whose only program fails is told why', async () => {
    await using folder = await tempFolder();
    await fakeProgram(folder.path, 'parec', `console.error('Connection refused'); process.exit(1);`);
    await expect(systemOf(folder.path, 'linux').open({ device: null }, new Heard())).rejects.toMatchObject({
      message: 'parec ended with code 1 and says «Connection refused».',
    });
  });
});
