import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { HeycatError } from '../../../../src/errors.ts';
import { parseWavHeader, WavHeaderInspector } from '../../../../src/infra/voice/audio/wav-header.ts';

interface Shape {
  tag?: number;
  channels?: number;
  rate?: number;
  align?: number;
  bits?: number;
  /** What the data chunk says of its size; what is there when absent. */
  declared?: number;
  sound?: number;
  /** Between the format and the sound. */
  before?: Buffer;
}

function chunk(id: string, body: Buffer, declared = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(declared, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function formatOf({ tag = 1, channels = 1, rate = 16_000, align = 2, bits = 16 }: Shape): Buffer {
  const isExtensible = tag === 0xfffe;
  const body = Buffer.alloc(isExtensible ? 40 : 16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE((rate * align) >>> 0, 8);
  body.writeUInt16LE(align, 12);
  body.writeUInt16LE(bits, 14);
  if (isExtensible) body.writeUInt16LE(3, 24);
  return body;
}

function wav(shape: Shape = {}): Buffer {
  const sound = Buffer.alloc(shape.sound ?? 32_000, 1);
  const chunks = [
    chunk('fmt ', formatOf(shape)),
    shape.before ?? Buffer.alloc(0),
    chunk('data', sound, shape.declared),
  ];
  const riff = Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), ...chunks]);
  riff.writeUInt32LE(riff.length - 8, 4);
  return riff;
}

const parse = (file: Buffer) => parseWavHeader(file.subarray(0, 16_384), file.length);

async function folder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'heycat-wav-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

const inspector = new WavHeaderInspector();
const refused = (sentence: RegExp) => ({
  code: 'INVALID_ARGUMENT',
  message: expect.stringMatching(sentence) as string,
  details: { field: 'file_path' },
});

describe('facts', () => {
  it.each<[string, Shape, number, number]>([
    ['16 kHz mono PCM', {}, 1000, 16_000],
    ['44.1 kHz stereo PCM', { channels: 2, rate: 44_100, align: 4, sound: 88_200 }, 500, 44_100],
    ['48 kHz float', { tag: 3, rate: 48_000, align: 4, bits: 32, sound: 19_200 }, 100, 48_000],
    ['extensible', { tag: 0xfffe, rate: 48_000, align: 4, bits: 32, sound: 19_200 }, 100, 48_000],
    ['8 bit', { rate: 8_000, align: 1, bits: 8, sound: 8_001 }, 1000, 8_000],
    ['chunks before the sound', { before: chunk('LIST', Buffer.alloc(4_001)) }, 1000, 16_000],
    ['768 kHz', { rate: 768_000, sound: 1_536_000 }, 1000, 768_000],
  ])('CM9 %s', (_, shape, duration_ms, sample_rate) => {
    expect(parse(wav(shape))).toEqual({ duration_ms, sample_rate });
  });

  it.each([
    ['0', 0],
    ['0xffffffff', 0xffff_ffff],
    ['more than there is', 64_000],
  ])('CM10 a data size of %s means what is in the file', (_, declared) => {
    expect(parse(wav({ declared }))).toEqual({ duration_ms: 1000, sample_rate: 16_000 });
  });

  it('CM10 what follows the sound is not counted', () => {
    const tagged = Buffer.concat([wav(), chunk('LIST', Buffer.alloc(1_000))]);
    expect(parse(tagged)).toEqual({ duration_ms: 1000, sample_rate: 16_000 });
  });

  it('CM9 a real recording', async () => {
    const facts = await inspector.inspect(
      join(import.meta.dirname, '../../../fixtures/audio/open-the-calculator.wav'),
    );
    expect(facts).toEqual({ duration_ms: 1776, sample_rate: 16_000 });
  });

  it('CM9 a file of four gigabytes is as quick as any other', async () => {
    await using dir = await folder();
    const path = join(dir.path, 'long.wav');
    await writeFile(path, wav({ declared: 0 }));
    await truncate(path, 4_294_967_340);
    expect((await stat(path)).size).toBe(4_294_967_340);
    expect(await inspector.inspect(path)).toEqual({ duration_ms: 134_217_728, sample_rate: 16_000 });
  });
});

describe('refusals', () => {
  it.each<[string, Buffer, RegExp]>([
    ['text', Buffer.from('hello, this is no sound at all'), /not a WAV file/],
    ['RIFF of another kind', Buffer.from('RIFF\x10\0\0\0AVI LIST\0\0\0\0', 'latin1'), /not a WAV file/],
    ['only the first 12 bytes', wav().subarray(0, 12), /no sound begins/],
    ['a header cut off in its format', wav().subarray(0, 30), /cut off/],
    [
      'a format chunk that is too short',
      Buffer.concat([wav().subarray(0, 12), chunk('fmt ', Buffer.alloc(14))]),
      /cut off/,
    ],
    ['no format', Buffer.concat([wav().subarray(0, 12), chunk('data', Buffer.alloc(10))]), /does not say/],
    ['no data', wav().subarray(0, 36), /no sound begins/],
    ['ADPCM', wav({ tag: 2 }), /compressed/],
    ['block align 0', wav({ align: 0 }), /makes no sense/],
    ['block align below a byte a channel', wav({ channels: 6, align: 2 }), /makes no sense/],
    ['rate 0', wav({ rate: 0 }), /makes no sense/],
    ['an absurd rate', wav({ rate: 0xffff_ffff }), /makes no sense/],
    ['no channels', wav({ channels: 0 }), /makes no sense/],
    ['no bits', wav({ bits: 0 }), /makes no sense/],
    ['a header and no sound', wav({ sound: 0 }), /contains no sound/],
    ['half a frame', wav({ sound: 1 }), /contains no sound/],
    ['sound too far in', wav({ before: chunk('JUNK', Buffer.alloc(20_000)) }), /no sound begins/],
  ])('CM11 %s', (_, file, sentence) => {
    expect(() => parse(file)).toThrow(expect.objectContaining(refused(sentence)) as Error);
  });

  it('CM11 a missing, empty or unreadable file, a folder and a name below a file', async () => {
    await using dir = await folder();
    const empty = join(dir.path, 'empty.wav');
    await writeFile(empty, '');
    await expect(inspector.inspect(join(dir.path, 'none.wav'))).rejects.toMatchObject(
      refused(/no such file/),
    );
    await expect(inspector.inspect(empty)).rejects.toMatchObject(refused(/empty/));
    await expect(inspector.inspect(join(empty, 'x.wav'))).rejects.toMatchObject(refused(/no such file/));
    await mkdir(join(dir.path, 'folder.wav'));
    await expect(inspector.inspect(join(dir.path, 'folder.wav'))).rejects.toMatchObject(
      refused(/not a file/),
    );
  });

  const onUnix = process.platform === 'win32' ? it.skip : it;

  onUnix('CM11 a pipe or device, also behind a link, is not opened', async () => {
    await using dir = await folder();
    const pipe = join(dir.path, 'pipe.wav');
    execFileSync('mkfifo', [pipe]);
    await symlink('/dev/zero', join(dir.path, 'zero.wav'));
    await expect(inspector.inspect(pipe)).rejects.toMatchObject(refused(/not a file/));
    await expect(inspector.inspect(join(dir.path, 'zero.wav'))).rejects.toMatchObject(refused(/not a file/));
  });

  it('CM11 garbage is refused or has sensible facts, and never fails otherwise', () => {
    const garbage = fc.uint8Array({ maxLength: 200 });
    const spoilt = fc
      .tuple(fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 6 }), fc.nat(200))
      .map(([edits, cut]) => {
        const file = wav({ sound: 120 });
        for (const [at, byte] of edits) file[at] = byte;
        return file.subarray(0, cut);
      });
    fc.assert(
      fc.property(fc.oneof(garbage, spoilt), fc.maxSafeNat(), (bytes, fileSize) => {
        const head = Buffer.from(bytes);
        try {
          const { duration_ms, sample_rate } = parseWavHeader(head, Math.max(fileSize, head.length));
          expect(Number.isSafeInteger(duration_ms) && duration_ms >= 0).toBe(true);
          expect(sample_rate >= 1 && sample_rate <= 768_000).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(HeycatError);
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', details: { field: 'file_path' } });
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
