import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CATALOGUE, FIRST_MODEL } from '../../../../src/infra/voice/models/catalogue.ts';
import { findModelFiles } from '../../../../src/infra/voice/models/model-files.ts';
import { MOONSHINE_WHEEL } from '../../../../src/infra/voice/models/moonshine-wheel.ts';
import { MODEL_NAME } from '../../../../src/infra/voice/models/model-store.ts';
import { ZipFile } from '../../../../src/infra/voice/models/zip-file.ts';
import { tempFolder } from '../../../support/temp-folder.ts';
import { zipArchive } from '../../../support/zip.ts';

const DIGEST = /^[0-9a-f]{64}$/;

describe('the catalogue', () => {
  it.each(CATALOGUE)(
    'MDL10 $name has its size, languages, licence and pinned sources of whole models',
    async (model) => {
      expect(model.name).toMatch(MODEL_NAME);
      expect(model.bytes).toBeGreaterThan(1_000_000);
      expect(model.languages.length).toBeGreaterThan(0);
      expect(model.licence && model.credit && model.title).toBeTruthy();
      for (const source of model.sources) {
        await using folder = await tempFolder();
        const members = source.kind === 'archive' ? source.members : source.made;
        for (const { name } of members) await writeFile(join(folder.path, name), '');
        expect((await findModelFiles(folder.path, model.kind))?.kind).toBe(model.kind);
        const known = [...members, ...(source.kind === 'wheel' ? source.members : [source])];
        expect(known.every((each) => !('sha256' in each) || DIGEST.test(each.sha256))).toBe(true);
        expect(source.kind === 'wheel' || DIGEST.test(source.sha256)).toBe(true);
      }
    },
  );

  it('MDL10 has no two models of a name, the kinds of the seed and its peers, and one for newcomers', () => {
    const names = CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain(FIRST_MODEL);
    expect(new Set(CATALOGUE.map(({ kind }) => kind))).toEqual(
      new Set(['nemo_transducer', 'moonshine', 'whisper', 'sense_voice', 'streaming_transducer']),
    );
  });

  it('MDL8 reads a package’s tokens and lets its decoder go step by step', () => {
    const decoder = Buffer.alloc(1_500_000);
    for (const offset of [592_716, 1_401_644]) decoder.writeBigInt64LE(384n, offset);
    const long = Buffer.from('x'.repeat(200));
    const tokenizer = Buffer.concat([Buffer.from([0, 2, 0x68, 0x69, (200 % 128) + 128, 1]), long]);
    const made = MOONSHINE_WHEEL.prepare([Buffer.from('encoder'), decoder, tokenizer]);
    const tokens = made.get('tokens.txt')!.toString();
    // A length from 128 on has its lower part first: 72 + 128 and 1.
    expect(tokens).toBe(` 0\naGk= 1\n${long.toString('base64')} 2\n`);
    const changed = made.get('decoder_model_merged.ort')!;
    expect(changed.readBigInt64LE(592_716)).toBe(1n);
    expect(Buffer.compare(changed.subarray(0, 592_716), decoder.subarray(0, 592_716))).toBe(0);
    for (const [bad, text] of [
      [Buffer.alloc(1_500_000), tokenizer],
      [decoder, Buffer.from([5, 1])],
    ] as const) {
      expect(() => MOONSHINE_WHEEL.prepare([bad, bad, text])).toThrow('in an unknown form');
    }
  });

  it('MDL8 reads files out of a ZIP archive, and refuses a damaged one', async () => {
    await using folder = await tempFolder();
    const files = new Map([
      ['a/packed.txt', Buffer.from('packed '.repeat(999))],
      ['a/plain.txt', Buffer.from('plain')],
    ]);
    const content = zipArchive(files);
    const path = join(folder.path, 'wheel.whl');
    await writeFile(path, content);
    await using zip = await ZipFile.open(path);
    for (const [name, expected] of files) expect((await zip.read(name)).equals(expected)).toBe(true);
    await expect(zip.read('a/gone.txt')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const broken = Buffer.from(content);
    broken.fill(0xff, 46, 60);
    for (const bad of [
      Buffer.alloc(0),
      Buffer.from('no archive at all, but long enough'),
      content.subarray(0, -30),
    ]) {
      await writeFile(path, bad);
      await expect(ZipFile.open(path)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    await writeFile(path, broken);
    await using damaged = await ZipFile.open(path);
    await expect(damaged.read('a/packed.txt')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
